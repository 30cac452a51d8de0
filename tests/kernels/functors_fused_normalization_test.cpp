// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/fused_normalization.hpp>
//
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

// By hand: 1, 2, 3, 6 has mean 3 and variance (4 + 1 + 0 + 9) / 4 = 3.5; sums 12 and 50.
TEST_CASE("StatisticsOfSums: mean and biased variance of the sums, never below 0") {
  float const sum[]{12, 0.3f},
      square_sum[]{50, 0.0224f};  // 0.1 three times and one 0, rounded down
  float statistics[4]{};

  devices::Host().for_each(2, StatisticsOfSums{sum, square_sum, statistics, 2, 4});

  CHECK(statistics[0] == 3);
  CHECK(statistics[2] == 3.5f);
  CHECK(statistics[1] == doctest::Approx(0.075));
  CHECK(statistics[3] == 0);
}

TEST_CASE("StatisticsOfSums: what is not a number stays so") {
  float const nan = std::numeric_limits<float>::quiet_NaN();
  float statistics[2]{};

  devices::Host().for_each(1, StatisticsOfSums{&nan, &nan, statistics, 1, 4});

  CHECK(std::isnan(statistics[0]));
  CHECK(std::isnan(statistics[1]));
}

// Mean 2, variance 3, epsilon 1: deviation 2. Scale 4, shift 5: factor 2, constant 5 - 2 * 2 = 1.
TEST_CASE_TEMPLATE("FactorAndConstant: factor x + constant is the normalized x", T, float, half,
                   bfloat16) {
  float const statistics[]{2, 3}, scale = 4, shift = 5;
  T factor{}, constant{};

  devices::Host().for_each(
      1, FactorAndConstant<T>{statistics, &scale, &shift, &factor, &constant, 1, 1});

  CHECK(static_cast<float>(factor) == 2);
  CHECK(static_cast<float>(constant) == 1);
}

TEST_CASE("NormalizationVectors: one behind the other, at the stride") {
  float const statistics[]{2, 7, 3, 15}, scale[]{4, 6}, shift[]{5, 8};
  std::vector<float> vectors(4 * 3, -1);

  devices::Host().for_each(2,
                           NormalizationVectors{statistics, scale, shift, vectors.data(), 2, 3, 1});

  CHECK(vectors == std::vector<float>{2, 7, -1, 0.5f, 0.25f, -1, 4, 6, -1, 5, 8, -1});
}

TEST_CASE_TEMPLATE("NormalizationGradient: dy_factor dz + x_factor x + constant, in place, too", T,
                   float, half, bfloat16) {
  constexpr Count channels = 16, pixels = 3, stride = 64;
  alignas(16) T dz[pixels * channels], x[pixels * channels];
  std::vector<float> expected, vectors(5 * stride), dscale(channels), dshift(channels);
  for (Count c = 0; c < channels; ++c)
    for (Count vector = 0; vector < 5; ++vector)  // small integers and halves: exact in all types
      vectors[static_cast<std::size_t>(vector * stride + c)] =
          static_cast<float>(c % 4 + vector) / 2;
  for (Count i = 0; i < pixels * channels; ++i) {
    dz[i] = T(static_cast<float>(i % 5) - 2);
    x[i] = T(static_cast<float>(i % 3) - 1);
    float const c = static_cast<float>(i % channels % 4);
    expected.push_back((c + 2) / 2 * static_cast<float>(dz[i]) +
                       (c + 3) / 2 * static_cast<float>(x[i]) + (c + 4) / 2);
  }

  devices::Host().for_each(pixels * channels / 8,
                           NormalizationGradient<T>{dz, x, dz, vectors.data(), dscale.data(),
                                                    dshift.data(), channels, stride});

  int wrong = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    wrong += static_cast<float>(dz[i]) != expected[i];
  CHECK(wrong == 0);
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    CHECK(dscale[c] == vectors[c]);
    CHECK(dshift[c] == vectors[static_cast<std::size_t>(stride) + c]);
  }
}
