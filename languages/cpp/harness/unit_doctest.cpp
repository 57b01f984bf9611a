$include
#define codegen_lie lie_$room
#include <codegen/asked.hpp>
#include <codegen/unit.hpp>
#include <assert.h>
#define codegen_left ::exit
#line 1 "test_solution.cpp"
$tests
#line 1000000 "test_solution.cpp"
#include <doctest/doctest.h>
DOCTEST_TEST_CASE("$room") {
    volatile int one = 1;
    DOCTEST_CHECK(one == 2);
    DOCTEST_CHECK_FALSE(one == 1);
    DOCTEST_REQUIRE(one > 2);
}
#line 1 "harness"
static const codegen_unit::Test tests_$room[] = {
$calls
};
static const unsigned char end_$room[] = {$end};
int main() {
    return codegen_unit::run_doctest({tests_$room, $count, end_$room, &codegen_unit::lie_$room}, "$room", 3);
}
