// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/cudnn/target.hpp>
//
#include <doctest/doctest.h>

#include <string>

#include <ai500/core/error.hpp>

#include "devices.hpp"

using namespace ai500;
using kernels::cudnn::Target;

TEST_CASE("Target: a description tells name and architecture") {
  CHECK(test::device("h200").name() == "NVIDIA H200");
  CHECK(test::device("h200").architecture() == "sm_90");
  CHECK(test::device("a100").architecture() == "sm_80");
  CHECK(test::device("b200").architecture() == "sm_100");
  CHECK(test::device("t4").architecture() == "sm_75");
}

TEST_CASE("Target: a description can be written down and read again") {
  Target const first = test::device("h200");

  Target const second = Target::described(first.description());

  CHECK(second.name() == first.name());
}

TEST_CASE("Target: what is no description is refused with cuDNN's words") {
  CHECK_THROWS_WITH_AS(Target::described("no JSON"), doctest::Contains("device description"),
                       Error);
  CHECK_THROWS_WITH_AS(Target::described("{\"deviceVer\": 900}"),
                       doctest::Contains("device description"), Error);
  CHECK_THROWS_WITH_AS(Target::described(""), doctest::Contains("device description"), Error);
}

TEST_CASE("Target: a file that is not there, or is a folder, is named") {
  CHECK_THROWS_WITH_AS(Target::described_in("nowhere.json"), doctest::Contains("nowhere.json"),
                       UsageError);
  CHECK_THROWS_WITH_AS(Target::described_in(AI500_SOURCE_DIR), doctest::Contains(AI500_SOURCE_DIR),
                       UsageError);
}

TEST_CASE("version: names the library") {
  CHECK(kernels::cudnn::version().substr(0, 8) == "cuDNN 9.");
}
