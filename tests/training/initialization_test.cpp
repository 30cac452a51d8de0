// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <ai500/training/initialization.hpp>

#include "small_model.hpp"

using namespace ai500;

TEST_CASE("initialize: He's weights have mean 0 and variance 2 / fan-in") {
  ParameterSlot const slot{"weight", {64, 32, 3, 3}, {}, 0};
  std::vector<double> weights(static_cast<std::size_t>(slot.shape.elements()));
  initialize(std::span<double>(weights), slot, 5, 42, 0);

  double sum = 0, squares = 0, largest = 0;
  for (double w : weights) {
    sum += w;
    squares += w * w;
    largest = std::max(largest, std::abs(w));
  }
  double const n = static_cast<double>(weights.size());  // 18,432
  double const variance = 2.0 / 288;
  // Five standard deviations: of the mean sqrt(variance / n); of the variance, for a uniform,
  // variance sqrt(0.8 / n).
  CHECK(std::abs(sum / n) < 5 * std::sqrt(variance / n));
  CHECK(std::abs(squares / n - variance) < 5 * variance * std::sqrt(0.8 / n));
  CHECK(largest <= std::sqrt(6.0 / 288));
}

TEST_CASE("initialize: depends on seed, job and parameter, and on nothing else") {
  ParameterSlot const slot{"weight", {4, 4, 1, 1}, {}, 0};
  auto weights = [&](std::uint32_t parameter, Seed seed, Job job) {
    std::vector<float> values(16);
    initialize(std::span<float>(values), slot, parameter, seed, job);
    return values;
  };

  CHECK(weights(1, 2, 3) == weights(1, 2, 3));
  CHECK(weights(1, 2, 3) != weights(2, 2, 3));
  CHECK(weights(1, 2, 3) != weights(1, 3, 3));
  CHECK(weights(1, 2, 3) != weights(1, 2, 4));
}

TEST_CASE("initial_state: normalizations start at scale 1, shift 0, mean 0, variance 1") {
  devices::Host host;
  Graph graph;
  graph.fully_connected(graph.normalization(graph.input("image", {.channels = 3})), 2);
  ValueIndex const logits = graph.operations.back().outputs[0];
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  auto state = initial_state<double>(host, graph, 1, 0);

  auto const parameters = state.parameters.view().span();  // weight (6), then scale, shift, bias
  CHECK(std::vector<double>(parameters.begin() + 6, parameters.end()) ==
        std::vector<double>{1, 1, 1, 0, 0, 0, 0, 0});
  auto const statistics = state.running_statistics.view().span();
  CHECK(std::vector<double>(statistics.begin(), statistics.end()) ==
        std::vector<double>{0, 0, 0, 1, 1, 1});
}
