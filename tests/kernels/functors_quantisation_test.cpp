// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/quantisation.hpp>
//
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <ai500/core/random.hpp>
#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels;

namespace {

struct Result {
  std::vector<std::int8_t> quantised;
  std::vector<float> scales, back;
};

Result there_and_back(std::vector<float> const& x, std::vector<float>* residual = nullptr) {
  devices::Host host;
  auto const n = static_cast<Count>(x.size());
  Result result{std::vector<std::int8_t>(x.size()), std::vector<float>((x.size() + 255) / 256),
                std::vector<float>(x.size())};
  functors::Quantised const quantise{x.data(), residual == nullptr ? nullptr : residual->data(),
                                     result.quantised.data(), result.scales.data(), n};
  host.for_each_block(quantise.blocks(), quantise);
  host.for_each(
      n, functors::Dequantised{result.quantised.data(), result.scales.data(), result.back.data()});
  return result;
}

/// Gradients of a training: the same direction each step, and noise.
float gradient(std::size_t i, int step) {
  auto unit = [](std::uint32_t purpose, std::uint64_t element) {
    return static_cast<float>(2 * random_unit({1, 0, purpose}, element) - 1);
  };
  return 0.01f * unit(90, i) +
         unit(91, i + 4096 * static_cast<std::uint64_t>(step)) * unit(92, i % 256);
}

/// How far the sum of quantised gradients has drifted from that of the gradients after 200 steps,
/// relative to the latter's length.
double drift(bool feeds_back) {
  std::vector<float> residual(1024), x(1024);
  std::vector<double> exact(1024), sent(1024);
  for (int step = 0; step < 200; ++step) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = gradient(i, step);
    auto const result = there_and_back(x, feeds_back ? &residual : nullptr);
    for (std::size_t i = 0; i < x.size(); ++i) {
      exact[i] += static_cast<double>(x[i]);
      sent[i] += static_cast<double>(result.back[i]);
    }
  }
  double apart = 0, length = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    apart += (sent[i] - exact[i]) * (sent[i] - exact[i]);
    length += exact[i] * exact[i];
  }
  return std::sqrt(apart / length);
}

}  // namespace

TEST_CASE("Quantised: the greatest of 256 is 127, the nearest is taken, the even one of two") {
  std::vector<float> x(300);
  x[0] = -254;  // scale 2
  x[1] = 3;     // 1.5 -> 2
  x[2] = 5;     // 2.5 -> 2
  x[3] = -0.9f;
  x[255] = 7.1f;
  x[256] = 1;  // of another 256: scale 1/127
  x[299] = -0.5f;

  auto const [quantised, scales, back] = there_and_back(x);

  CHECK(scales == std::vector<float>{2, 1.0f / 127});
  CHECK(quantised[0] == -127);
  CHECK(quantised[1] == 2);
  CHECK(quantised[2] == 2);
  CHECK(quantised[3] == 0);
  CHECK(quantised[255] == 4);
  CHECK(quantised[256] == 127);
  CHECK(quantised[299] == -64);  // -63.5, to even
  CHECK(back[0] == -254);
  CHECK(back[1] == 4);
  CHECK(back[255] == 8);
  CHECK(back[256] == doctest::Approx(1));
}

TEST_CASE("Quantised: zeros stay zeros, what is not a number spoils its 256 numbers only") {
  std::vector<float> x(512, 0.0f);
  x[300] = std::numeric_limits<float>::quiet_NaN();
  x[301] = 5;

  auto const result = there_and_back(x);

  CHECK(result.scales[0] == 1);
  CHECK(result.back[0] == 0);
  CHECK(std::isnan(result.back[300]));
  CHECK(std::isnan(result.back[301]));
}

TEST_CASE("Quantised: with error feedback what is lost is sent the next time") {
  std::vector<float> x{127, 0.4f}, residual(2);

  auto const first = there_and_back(x, &residual);

  CHECK(first.quantised[1] == 0);
  CHECK(residual[1] == 0.4f);
  auto const second = there_and_back(x, &residual);
  CHECK(second.quantised[1] == 1);  // 0.8
  CHECK(residual[1] == doctest::Approx(-0.2));
}

TEST_CASE("Quantised: errors of sums do not add up with error feedback") {
  double const without = drift(false), with = drift(true);

  CHECK(with < 0.1 * without);
}

TEST_CASE("DequantisedSum: adds in float") {
  std::vector<std::int8_t> const quantised{3, -127};
  std::vector<float> const scales{0.5f};
  std::vector<float> sum{1, 2};

  devices::Host().for_each(2,
                           functors::DequantisedSum{quantised.data(), scales.data(), sum.data()});

  CHECK(sum == std::vector<float>{2.5f, -61.5f});
}
