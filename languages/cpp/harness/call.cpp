#include "solution.cpp"
$undefine
#include <codegen/value.hpp>

static std::string codegen_call(codegen_value::Reader& from) {
    auto function = [](auto&&... value) -> decltype($function(static_cast<decltype(value)>(value)...)) {
        return $function(static_cast<decltype(value)>(value)...);
    };
    return codegen_value::call<$returns$arguments>(function, from);
}

int main() { return codegen_value::serve(codegen_call); }
