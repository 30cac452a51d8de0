// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include <ai500/optimizers/sgd_momentum.hpp>

using namespace ai500;

namespace {

std::vector<ParameterSlot> const slots{
    {"weight", {.items = 2}, {.decays = true}, 0},
    {"scale", {.items = 1}, {.initialization = Initialization::ones, .decays = false}, 2}};

}  // namespace

TEST_CASE("SgdMomentum: two steps by hand; weight decay on the weights only") {
  devices::Host host;
  optimizers::SgdMomentum const optimizer{.momentum = 0.5, .weight_decay = 0.25};
  optimizers::SgdMomentum::State<devices::Host, double> state(optimizer, host, slots);
  std::vector<double> parameters{1, -2, 4};
  std::vector<double> const gradients{1, 0, 2};
  View<double> const p(parameters.data(), 3);

  state.update(p, {gradients.data(), 3}, KnownTerms<double>{{0.5}});

  // v = g + 0.25 w: 1.25, -0.5; without decay: 2. w -= 0.5 v.
  CHECK(parameters == std::vector<double>{0.375, -1.75, 3});

  state.update(p, {gradients.data(), 3}, KnownTerms<double>{{0.5}});

  // v = 0.5 v + g + 0.25 w: 0.625 + 1 + 0.09375, -0.25 - 0.4375; 1 + 2.
  CHECK(parameters == std::vector<double>{0.375 - 0.859375, -1.75 + 0.34375, 1.5});
}

TEST_CASE("SgdMomentum: its memory, shown and filled again, gives the same bits from there on") {
  devices::Host host;
  optimizers::SgdMomentum const optimizer{.momentum = 0.5, .weight_decay = 0.25};
  using State = optimizers::SgdMomentum::State<devices::Host, double>;
  State one(optimizer, host, slots);
  State another(optimizer, host, slots);
  std::vector<double> parameters{1, -2, 4};
  std::vector<double> const gradients{1, 0, 2};
  one.update({parameters.data(), 3}, {gradients.data(), 3}, KnownTerms<double>{{0.5}});
  std::vector<double> copy = parameters;

  auto const from = one.buffers();
  auto const to = another.buffers();
  REQUIRE(from.size() == 1);
  CHECK(from[0].name == "velocities");
  auto const velocities = from[0].values.span();
  CHECK(std::vector<double>(velocities.begin(), velocities.end()) ==
        std::vector<double>{1.25, -0.5, 2});  // as above, by hand
  REQUIRE(to.size() == 1);
  std::copy(velocities.begin(), velocities.end(), to[0].values.span().begin());
  one.update({parameters.data(), 3}, {gradients.data(), 3}, KnownTerms<double>{{0.5}});
  another.update({copy.data(), 3}, {gradients.data(), 3}, KnownTerms<double>{{0.5}});

  CHECK(copy == parameters);
}

TEST_CASE("SgdMomentum: every instruction set's loop covers every element") {
  devices::Host host;
  for (Count n : {1, 7, 8, 15, 16, 17, 33, 1000}) {
    std::vector<ParameterSlot> const one{{"weight", {.items = n}, {}, 0}};
    optimizers::SgdMomentum const optimizer{.momentum = 0, .weight_decay = 0};
    optimizers::SgdMomentum::State<devices::Host, float> state(optimizer, host, one);
    std::vector<float> parameters(static_cast<std::size_t>(n), 1.0f);
    std::vector<float> const gradients(static_cast<std::size_t>(n), 0.5f);
    state.update({parameters.data(), n}, {gradients.data(), n}, KnownTerms<float>{{1}});
    CHECK(parameters == std::vector<float>(static_cast<std::size_t>(n), 0.5f));
  }
}
