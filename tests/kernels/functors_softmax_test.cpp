// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/softmax.hpp>
//
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "harness.hpp"

using namespace ai500;
using namespace ai500::kernels;

TEST_CASE("functors::Softmax: two classes, by hand") {
  std::vector<float> const logits{std::log(3.0f), 0, 1000, 0};
  std::vector<float> probabilities(4);
  functors::Softmax<float, float> const softmax{logits.data(), probabilities.data(), 2};

  softmax(0);
  softmax(1);

  CHECK(probabilities[0] == doctest::Approx(0.75).epsilon(1e-6));
  CHECK(probabilities[1] == doctest::Approx(0.25).epsilon(1e-6));
  CHECK(probabilities[2] == 1);  // no exponential overflows
  CHECK(probabilities[3] == 0);
}

TEST_CASE_TEMPLATE("functors::SoftmaxCrossEntropy: in float, near the definition in double", T,
                   float, half, bfloat16) {
  testing::Random random(1);
  // The 16-bit types round the gradient to 11 and 8 bits.
  double const tolerance = std::is_same_v<T, float> ? 2e-6 : std::is_same_v<T, half> ? 6e-4 : 5e-3;
  for (Count classes : {2, 7, 8, 10, 1000}) {
    std::size_t const items = 3, n = items * static_cast<std::size_t>(classes);
    std::vector<T> logits, dlogits(n);
    for (std::size_t i = 0; i < n; ++i)
      logits.push_back(T(static_cast<float>(random.number() * 4)));
    std::vector<std::int32_t> const labels{0, 1, static_cast<std::int32_t>(classes - 1)};
    std::vector<float> losses(items);
    functors::SoftmaxCrossEntropy<T, float> const cross_entropy{
        logits.data(), labels.data(), dlogits.data(), losses.data(), classes, 0.1f, 0.25f};

    for (std::size_t item = 0; item < items; ++item) {
      cross_entropy(static_cast<Count>(item));

      T const* const row = logits.data() + item * static_cast<std::size_t>(classes);
      double sum = 0, loss = 0;
      for (Count j = 0; j < classes; ++j) sum += std::exp(static_cast<double>(float(row[j])));
      for (Count j = 0; j < classes; ++j) {
        double const p = std::exp(static_cast<double>(float(row[j]))) / sum;
        double const q = (j == labels[item] ? 0.9 : 0) + 0.1 / static_cast<double>(classes);
        loss -= q * std::log(p);
        double const gradient =
            float(dlogits[item * static_cast<std::size_t>(classes) + static_cast<std::size_t>(j)]);
        CHECK(std::abs(gradient - 0.25 * (p - q)) <= tolerance * 0.25);
      }
      CHECK(losses[item] == doctest::Approx(loss).epsilon(1e-5));
    }
    float total = 0;
    functors::TotalOf<float, float>{losses.data(), 3, 0.25f, &total}(0);
    CHECK(total == doctest::Approx(0.25 * (losses[0] + losses[1] + losses[2])).epsilon(1e-6));
  }
}

TEST_CASE("functors::SoftmaxCrossEntropy: a label that is no class makes the loss no number") {
  std::vector<float> const logits{1, 2, 3};
  for (std::int32_t label : {-1, 3, 1 << 30}) {
    std::vector<float> dlogits(3);
    float loss = 0;
    functors::SoftmaxCrossEntropy<float, float>{logits.data(), &label, dlogits.data(), &loss, 3,
                                                0.1f,          1.0f}(0);
    CHECK(std::isnan(loss));
  }
}
