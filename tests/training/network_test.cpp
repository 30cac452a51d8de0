// SPDX-License-Identifier: Apache-2.0
#include <ai500/training/network.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <ai500/graph/lower.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/precision/fp32.hpp>

namespace ai500::testing {
namespace {

/// A relu that counts how often it is prepared and run. What it writes can be chosen: one of zeros
/// is no relu at all, so that one can see who has computed.
enum class Writes { relu, zeros };
template <Writes writes>
struct CountingRelu {
  static constexpr std::string_view name = "counting";
  using operation = steps::Relu;
  inline static int prepared = 0;
  inline static int run = 0;

  struct Prepared {
    Count elements;

    void run(Arguments arguments) {
      ++CountingRelu::run;
      float const* x = arguments.read<float>(0);
      float* y = arguments.write<float>(0);
      for (Count i = 0; i < elements; ++i)
        y[i] = writes == Writes::relu ? std::max(x[i], 0.0f) : 0.0f;
    }
  };
  static Prepared prepare(devices::Host&, operation const&, Shapes const& shapes, Types) {
    ++prepared;
    return {shapes.reads[0].elements()};
  }
};
using Counting = CountingRelu<Writes::relu>;
using Zeroing = CountingRelu<Writes::zeros>;

/// relu, then two outputs of two inputs: six parameters.
Graph two_by_two() {
  Graph graph;
  ValueIndex const x = graph.relu(graph.input("image", {.width = 2}));
  ValueIndex const logits = graph.fully_connected(x, 2);
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return graph;
}

using State = ModelState<float, devices::Host>;

State parameters(devices::Host& host, std::vector<float> const& values) {
  State state{{host, static_cast<Count>(values.size())}, {host, 0}};
  std::copy(values.begin(), values.end(), state.parameters.data());
  return state;
}

/// Weight {{1, 0}, {1, ln(3) / 2}}, bias {ln 2, 0}; what decays stands first.
State hand_made(devices::Host& host) {
  return parameters(host, {1, 0, 1, std::log(3.0f) / 2, std::log(2.0f), 0});
}

/// The probabilities of the images (-1, 2) and (1, 0).
template <class Kernels>
std::vector<float> evaluate_two(devices::Host& host, State& state) {
  Network<Kernels, precision::Fp32> network(host, lower_evaluation(two_by_two(), 2), state);
  std::vector<float> const images{-1, 2, 1, 0};
  std::copy(images.begin(), images.end(), network.images().data());
  network.run();
  auto const result = network.probabilities().span();
  return {result.begin(), result.end()};
}

void check_close(std::vector<float> const& values, std::vector<double> const& expected) {
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    CHECK(static_cast<double>(values[i]) == doctest::Approx(expected[i]).epsilon(1e-6));
}

}  // namespace

TEST_CASE("Network: an evaluation gives the probabilities that one computes by hand") {
  devices::Host host;
  State state = hand_made(host);

  // relu(-1, 2) = (0, 2): logits (ln 2, ln 3). relu(1, 0) = (1, 0): logits (1 + ln 2, 1).
  check_close(evaluate_two<kernels::Reference>(host, state), {2.0 / 5, 3.0 / 5, 2.0 / 3, 1.0 / 3});
}

TEST_CASE("Network: a kernel that was swapped in is the one that runs") {
  devices::Host host;
  State state = hand_made(host);
  Zeroing::run = 0;

  // Zeros instead of the relu: the logits are the bias, (ln 2, 0).
  check_close(evaluate_two<kernels::Reference::with<Zeroing>>(host, state),
              {2.0 / 3, 1.0 / 3, 2.0 / 3, 1.0 / 3});
  CHECK(Zeroing::run == 1);
}

TEST_CASE("Network: equal steps share one prepared kernel, other shapes have their own") {
  Graph graph;
  ValueIndex x = graph.input("image", {.width = 4});
  for (int i = 0; i < 3; ++i) x = graph.relu(x);
  x = graph.fully_connected(x, 3);
  for (int i = 0; i < 2; ++i) x = graph.relu(x);
  graph.softmax_cross_entropy(x, graph.labels(x));
  devices::Host host;
  State state = parameters(host, std::vector<float>(15));
  Counting::prepared = Counting::run = 0;

  Network<kernels::Reference::with<Counting>, precision::Fp32> network(
      host, lower_evaluation(graph, 8), state);

  // The relus see (8, 1, 1, 4) three times and (8, 3, 1, 1) twice.
  CHECK(Counting::prepared == 2);
  CHECK(Counting::run == 0);
  network.run();
  network.run();
  CHECK(Counting::prepared == 2);
  CHECK(Counting::run == 2 * 5);
}

TEST_CASE("Network: a step without a kernel is an error that names the kernels and the step") {
  using Incomplete = KernelSet<kernels::reference::Traits, kernels::reference::FullyConnected,
                               kernels::reference::Softmax>;
  devices::Host host;
  State state = hand_made(host);

  CHECK_THROWS_WITH_AS(
      (Network<Incomplete, precision::Fp32>(host, lower_evaluation(two_by_two(), 2), state)),
      "kernels reference: no kernel for the step 'relu' of relu0", Error);
}

TEST_CASE("Network: a training program needs somebody who updates") {
  devices::Host host;
  State state = hand_made(host);
  Network<kernels::Reference, precision::Fp32> network(host, lower_training(two_by_two(), 2, 2),
                                                       state);

  CHECK_THROWS_WITH_AS(network.run(), doctest::Contains("nothing runs the step 'update'"),
                       GraphError);
}

}  // namespace ai500::testing
