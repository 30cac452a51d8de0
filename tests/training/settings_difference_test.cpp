// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/training/settings_difference.hpp>

using namespace ai500;

TEST_CASE("settings_difference: says what only one of two texts has") {
  CHECK(settings_difference("a 1; b (x; y); seed 1", "a 1; b (x; z); seed 7") ==
        "  there:     y); seed 1\n  asked for: z); seed 7");
  CHECK(settings_difference("a; quick", "a") == "  there:     quick\n  asked for: -");
}
