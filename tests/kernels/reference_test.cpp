// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/reference.hpp>
//
#include <doctest/doctest.h>

#include "harness.hpp"

namespace ai500::testing {

using kernels::Reference;

namespace {

/// A relu that lets one percent of the negative through.
struct LeakyRelu {
  static constexpr std::string_view name = "leaky";
  using operation = steps::Relu;
  struct Prepared {
    Count elements;
    void run(Arguments arguments) {
      double const* x = arguments.read<double>(0);
      for (Count i = 0; i < elements; ++i)
        arguments.write<double>(0)[i] = x[i] > 0 ? x[i] : x[i] / 100;
    }
  };
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types) {
    return {shapes.reads[0].elements()};
  }
};

}  // namespace

TEST_CASE("Reference: float agrees with double in every step") {
  // A float has a relative error of 6e-8; the sums here have at most some hundred terms near 1.
  check_against_reference<Reference, float>(2e-6);
}

TEST_CASE("difference_from_reference: is zero for the reference itself and large for a wrong one") {
  CHECK(difference_from_reference<Reference, double, steps::Relu>().stored == 0);
  CHECK(difference_from_reference<Reference::with<LeakyRelu>, double, steps::Relu>().stored >
        0.005);
}

TEST_CASE("Reference: a second run of a prepared kernel gives the same bits") {
  Random random(1);
  ConvolutionCase const c = random_convolution(random);
  StepRunner<Reference, float, steps::ConvolutionFilterGradient> step({c.window, c.groups},
                                                                      {{c.x, c.y}, {c.weight}});
  Values const x = random.numbers(c.x), dy = random.numbers(c.y), other = random.numbers(c.y);

  auto const first = step({x, dy});
  step({x, other});

  CHECK(step({x, dy}) == first);
}

}  // namespace ai500::testing
