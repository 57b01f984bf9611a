$include
#include <codegen/unit.hpp>
#include <assert.h>
#line 1 "test_solution.cpp"
$tests
#line 1 "harness"
#include <assert.h>
static void canary_$room(unsigned way) {
    switch (way) {
        case 0: assert(false); break;
        case 1: assert(1 > 2); break;
        default: assert(way == 0); break;
    }
}
static const codegen_unit::Test tests_$room[] = {
$calls
};
static const unsigned char end_$room[] = {$end};
static int script_$room() { return codegen_unit::call(codegen_script); }
int main() {
    return codegen_unit::run_script({tests_$room, $count, end_$room}, script_$room, canary_$room, 3);
}
