// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <ai500/core/random.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp64.hpp>
#include <ai500/training/feed.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/network.hpp>

#include "small_model.hpp"

using namespace ai500;
using testing::SmallImages;

namespace {

using DoubleNetwork = Network<kernels::Reference, precision::Fp64>;

/// Runs forward and backward; leaves parameters as they are.
double loss_of(DoubleNetwork& network) {
  network.run([](auto, auto...) {});
  return network.loss().span()[0];
}

void feed_samples(DoubleNetwork& network, SmallImages const& images, Count samples) {
  for (Count i = 0; i < samples; ++i)
    feed(images, Split::train, static_cast<Sample>(i), i, network.images(), network.labels());
}

/// The largest difference between the program's gradient and a central difference of its loss, over
/// `count` parameters spread over all of them, relative to the largest gradient.
double gradient_error(DoubleNetwork& network, ModelState<double, devices::Host>& state,
                      SmallImages const& images, Count samples, std::size_t count) {
  feed_samples(network, images, samples);
  loss_of(network);
  auto const view = network.view<double>(network.program().gradients).span();
  std::vector<double> const gradients(view.begin(), view.end());
  double largest = 0;
  for (double g : gradients) largest = std::max(largest, std::abs(g));

  double error = 0;
  auto const parameters = state.parameters.view().span();
  for (std::size_t k = 0; k < count; ++k) {
    std::size_t const i = k * parameters.size() / count;
    double const kept = parameters[i];
    // h^2 times the third derivative and the rounding of the loss, 1e-16 / h, both stay below 1e-8.
    double const h = 1e-5;
    auto shifted_loss = [&](double shift) {
      parameters[i] = kept + shift;
      feed_samples(network, images, samples);
      return loss_of(network);
    };
    double const difference = (shifted_loss(h) - shifted_loss(-h)) / (2 * h);
    parameters[i] = kept;
    error = std::max(error, std::abs(difference - gradients[i]));
  }
  return error / largest;
}

}  // namespace

TEST_CASE("Network: the gradients of a whole residual network are those of its loss") {
  devices::Host host;
  SmallImages const images{};
  Graph const graph = testing::small_graph();
  auto state = initial_state<double>(host, graph, 3, 0);
  DoubleNetwork network(host, lower_training(graph, 6, 6), state);

  CHECK(gradient_error(network, state, images, 6, 150) < 1e-6);
}

TEST_CASE("Network: gradients over three micro-batches are those of the whole batch's loss") {
  devices::Host host;
  SmallImages const images{};
  Graph const graph = testing::small_graph();
  auto state = initial_state<double>(host, graph, 4, 1);
  DoubleNetwork network(host, parallel_modes::Data::split(lower_training(graph, 4, 12), {1, 3}),
                        state);

  CHECK(gradient_error(network, state, images, 12, 60) < 1e-6);
}
