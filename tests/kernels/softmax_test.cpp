// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/reference/softmax.hpp>
//
#include <doctest/doctest.h>

#include "harness.hpp"

namespace ai500::testing {

using kernels::Reference;

namespace {

Shapes loss_shapes(Count items, Count classes) {
  Shape const logits{.items = items, .channels = classes};
  return {{logits, {.items = items}}, {{}, logits}};
}

}  // namespace

TEST_CASE("Softmax: exponentials divided by their sum") {
  Shape const logits{2, 2, 1, 1};

  auto const p = run_step<Reference, double>(steps::Softmax{}, {{logits}, {logits}},
                                             {{0, std::log(3.0), 7, 7}});

  CHECK(relative_error(p[0], {0.25, 0.75, 0.5, 0.5}) <= 1e-15);
}

TEST_CASE("Softmax: huge logits neither overflow nor vanish") {
  Shape const logits{2, 2, 1, 1};

  auto const p = run_step<Reference, float>(steps::Softmax{}, {{logits}, {logits}},
                                            {{1e30, 0, -30000, -30000}});

  CHECK(p[0] == Values{1, 0, 0.5, 0.5});
}

TEST_CASE("SoftmaxCrossEntropy: the sum of -log p of the labels, scaled") {
  auto const results = run_step<Reference, double>(
      steps::SoftmaxCrossEntropy{0, 0.5}, loss_shapes(2, 2), {{0, std::log(3.0), 7, 7}, {1, 0}});

  // p = 1/4, 3/4 and 1/2, 1/2; labels 1 and 0
  CHECK(results[0][0] == doctest::Approx(0.5 * (std::log(4.0 / 3) + std::log(2.0))).epsilon(1e-15));
  CHECK(relative_error(results[1], {0.125, -0.125, -0.25, 0.25}) <= 1e-15);
}

TEST_CASE("SoftmaxCrossEntropy: smoothing gives every class its part of the target") {
  auto const results = run_step<Reference, double>(steps::SoftmaxCrossEntropy{0.2, 1},
                                                   loss_shapes(1, 2), {{0, std::log(3.0)}, {1}});

  // targets 0.1 and 0.9
  CHECK(results[0][0] ==
        doctest::Approx(0.1 * std::log(4.0) + 0.9 * std::log(4.0 / 3)).epsilon(1e-15));
  CHECK(relative_error(results[1], {0.25 - 0.1, 0.75 - 0.9}) <= 1e-15);
}

TEST_CASE("SoftmaxCrossEntropy: a hopeless logit costs its distance, not infinity") {
  auto const results = run_step<Reference, float>(steps::SoftmaxCrossEntropy{0, 1},
                                                  loss_shapes(1, 2), {{5000, 0}, {1}});

  CHECK(results[0] == Values{5000});
  CHECK(results[1] == Values{1, -1});
}

TEST_CASE("SoftmaxCrossEntropy: dlogits equals finite differences of the loss") {
  Random random(1);
  for (int i = 0; i < gradient_cases; ++i) {
    Count const items = random.between(1, 5), classes = random.between(2, 12);
    Shapes const shapes = loss_shapes(items, classes);
    steps::SoftmaxCrossEntropy const what{i % 2 == 0 ? 0.0 : 0.1,
                                          1 / static_cast<double>(random.between(1, 64))};
    auto const reads =
        random_reads<Reference, double>(StepCase<steps::SoftmaxCrossEntropy>{what, shapes}, random);
    StepRunner<Reference, double, steps::SoftmaxCrossEntropy> step(what, shapes);

    Values const dlogits = step(reads)[1];

    INFO(items, " items, ", classes, " classes");
    CHECK(relative_error(dlogits, numeric_gradient(
                                      [&](Values const& v) {
                                        return step({v, reads[1]})[0][0];
                                      },
                                      reads[0])) <= gradient_tolerance);
  }
}

TEST_CASE("SoftmaxCrossEntropy: a label that is no class is an error") {
  for (double label : {-1.0, 3.0})
    CHECK_THROWS_AS((run_step<Reference, float>(steps::SoftmaxCrossEntropy{}, loss_shapes(1, 3),
                                                {{1, 2, 3}, {label}})),
                    DataError);
}

TEST_CASE("SoftmaxCrossEntropy: shapes that do not fit are named") {
  devices::Host host;
  Shape const logits{4, 10, 1, 1};

  CHECK_THROWS_WITH_AS(
      kernels::reference::SoftmaxCrossEntropy::prepare(host, {},
                                                       {{logits, {3, 1, 1, 1}}, {{}, logits}}, {}),
      doctest::Contains("softmax cross-entropy: labels is 3x1x1x1 and must be 4x1x1x1"),
      GraphError);
  CHECK_THROWS_WITH_AS(
      kernels::reference::Softmax::prepare(host, {}, {{{4, 10, 2, 1}}, {{4, 10, 2, 1}}}, {}),
      doctest::Contains("logits is 4x10x2x1 and must be 4x10x1x1"), GraphError);
}

}  // namespace ai500::testing
