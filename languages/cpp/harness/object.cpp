#include "solution.cpp"
$undefine
#include <codegen/value.hpp>

static std::string codegen_call(codegen_value::Reader& from) {
    auto object = codegen_value::made<$class$arguments>(from);
    codegen_value::Operations operations(from);
    while (operations.next()) {
$asked
    }
    return operations.reply();
}

int main() { return codegen_value::serve(codegen_call); }
