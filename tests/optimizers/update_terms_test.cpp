// SPDX-License-Identifier: Apache-2.0
#include <ai500/optimizers/update_terms.hpp>
//
#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

#include <ai500/optimizers/sgd_momentum.hpp>

#include "../devices/separate_memory.hpp"

using namespace ai500;

TEST_CASE("terms_in: values on a host, a look into its memory on another device") {
  UpdateTerms<float> terms{.learning_rate = 1};
  auto const known = terms_in<devices::Host>(&terms);
  auto const late = terms_in<testing::SeparateMemory>(&terms);
  terms.learning_rate = 2;

  CHECK(known.get().learning_rate == 1);
  CHECK(late.get().learning_rate == 2);
}

TEST_CASE_TEMPLATE("SgdMomentum: gradients are multiplied by the factor; a skipped update is none",
                   Terms, KnownTerms<double>, LateTerms<double>) {
  devices::Host host;
  std::vector<ParameterSlot> const slots{{"weight", {.items = 2}, {.decays = true}, 0}};
  optimizers::SgdMomentum const optimizer{.momentum = 0.5, .weight_decay = 0.25};
  optimizers::SgdMomentum::State<devices::Host, double> state(optimizer, host, slots);
  std::vector<double> parameters{1, -2};
  std::vector<double> const gradients{8, 0};
  UpdateTerms<double> told{.learning_rate = 0.5, .gradient_factor = 0.125};
  auto const update = [&] {
    Terms terms{};
    if constexpr (Terms::are_late)
      terms.terms = &told;
    else
      terms.terms = told;
    state.update({parameters.data(), 2}, {gradients.data(), 2}, terms);
  };

  update();
  // v = 8 / 8 + 0.25 w: 1.25, -0.5; w -= 0.5 v.
  CHECK(parameters == std::vector<double>{0.375, -1.75});

  told.skipped = 1;
  update();
  CHECK(parameters == std::vector<double>{0.375, -1.75});

  told.skipped = 0;
  update();
  // v = 0.5 v + 1 + 0.25 w: 1.71875, -0.6875: the skipped step left the velocities alone, too.
  CHECK(parameters == std::vector<double>{0.375 - 0.859375, -1.75 + 0.34375});
}
