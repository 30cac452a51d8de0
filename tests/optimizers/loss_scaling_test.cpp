// SPDX-License-Identifier: Apache-2.0
#include <ai500/optimizers/loss_scaling.hpp>
//
#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "../devices/separate_memory.hpp"

using namespace ai500;

namespace {

/// A scaling on a device of separate memory, and what a step's gradients make of it.
struct Scaled {
  testing::SeparateMemory device;
  optimizers::LossScaling<testing::SeparateMemory, float> scaling;
  Buffer<float, testing::SeparateMemory> gradients;
  Buffer<UpdateTerms<float>, testing::SeparateMemory> terms;

  explicit Scaled(precision::DynamicLossScaling policy)
      : scaling(policy, device), gradients(device, 4), terms(device, 1) {}

  UpdateTerms<float> judge(std::vector<float> const& values) {
    Mirror mirror(device, gradients.view());
    std::copy(values.begin(), values.end(), mirror.host().data());
    mirror.upload();
    scaling.judge(gradients.view(), terms.data());
    Mirror told(device, terms.view());
    told.download();
    return *told.host().data();
  }
};

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("LossScaling: the factor takes the scale back; an overflow skips and makes it smaller") {
  Scaled scaled({.initial = 1024, .growth = 2, .backoff = 0.25, .growth_interval = 100});

  UpdateTerms<float> terms = scaled.judge({1, -2, 3, std::numeric_limits<float>::max()});
  CHECK(terms.skipped == 0);
  CHECK(terms.gradient_factor == 1.0f / 1024);
  CHECK(scaled.scaling.download().scale == 1024);

  for (float bad : {infinity, -infinity, no_number}) {
    float const before = scaled.scaling.download().scale;
    terms = scaled.judge({1, 2, bad, 4});
    CHECK(terms.skipped == 1);
    CHECK(scaled.scaling.download().scale == before / 4);
  }
  CHECK(scaled.scaling.download().skipped_steps == 3);

  // 1024 / 4^3 = 16: the next step is computed with it.
  terms = scaled.judge({1, 2, 3, 4});
  CHECK(terms.skipped == 0);
  CHECK(terms.gradient_factor == 1.0f / 16);
}

TEST_CASE("LossScaling: it grows after so many steps without overflow, up to the largest") {
  Scaled scaled({.initial = 2, .growth = 4, .growth_interval = 3, .largest = 16});
  std::vector<float> scales;
  auto const step = [&](float gradient) {
    scaled.judge({gradient, 0, 0, 0});
    scales.push_back(scaled.scaling.download().scale);
  };

  step(1), step(1), step(infinity), step(1), step(1), step(1), step(1), step(1), step(1), step(1),
      step(1), step(1);

  // 2 -> 1 by the overflow, which begins the count anew; 1 -> 4 -> 16; no further.
  CHECK(scales == std::vector<float>{2, 2, 1, 1, 1, 4, 4, 4, 16, 16, 16, 16});
}

TEST_CASE("LossScaling: never below 1") {
  Scaled scaled({.initial = 1});
  scaled.judge({infinity, 0, 0, 0});
  CHECK(scaled.scaling.download().scale == 1);
}

TEST_CASE("LossScaling: its memory, shown and filled again, goes on as it was") {
  Scaled one({.initial = 8, .growth_interval = 2}),
      another({.initial = 1024, .growth_interval = 2});
  one.judge({1, 1, 1, 1});

  auto const from = one.scaling.buffers(), to = another.scaling.buffers();
  REQUIRE(from.size() == 1);
  REQUIRE(to.size() == 1);
  CHECK(from[0].name == "loss_scale");
  Mirror saved(one.device, from[0].values), loaded(another.device, to[0].values);
  saved.download();
  std::copy_n(saved.host().data(), 3, loaded.host().data());
  loaded.upload();
  another.device.synchronize();

  one.judge({1, 1, 1, 1});
  another.judge({1, 1, 1, 1});
  CHECK(one.scaling.download().scale == 16);
  CHECK(another.scaling.download().scale == 16);
}
