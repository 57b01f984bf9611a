$include
#define codegen_lie lie_$room
#include <codegen/asked.hpp>
#include <codegen/unit.hpp>
#include <assert.h>
#define codegen_left left_$room
[[noreturn]] static void left_$room(int code);
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
static const codegen_unit::Program program_$room{tests_$room, $count, end_$room, &codegen_unit::lie_$room};
static void left_$room(int code) { codegen_unit::conclude(program_$room, code); }
static int script_$room() { return codegen_unit::call(codegen_script); }
int main() {
    return codegen_unit::run_script(program_$room, script_$room, canary_$room, 3);
}
