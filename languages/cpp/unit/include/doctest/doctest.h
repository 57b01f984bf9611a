// doctest without a main of its own: the harness has one.
#pragma once
#undef DOCTEST_CONFIG_IMPLEMENT
#undef DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#undef DOCTEST_CONFIG_DISABLE
#include <codegen/doctest.h>
