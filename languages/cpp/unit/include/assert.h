// The tests' own assert: what it finds is attested, and no NDEBUG turns it off.
#include <codegen/unit.hpp>
#undef assert
#define assert(expr) \
    (static_cast<bool>(expr) ? void(0) : ::codegen_unit::failed(#expr, __FILE__, __LINE__))
