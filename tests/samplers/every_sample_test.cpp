// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <vector>

#include <ai500/samplers/bootstrap.hpp>
#include <ai500/samplers/every_sample.hpp>

namespace {

using namespace ai500;

TEST_CASE("EverySample: takes each sample once, in order, for each job") {
  const std::vector<Sample> expected{0, 1, 2, 3, 4};

  CHECK(draw_samples(samplers::EverySample{}, 1, 0, 5) == expected);
  CHECK(draw_samples(samplers::EverySample{}, 2, 7, 5) == expected);
}

}  // namespace
