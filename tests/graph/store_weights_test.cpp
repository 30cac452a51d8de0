// SPDX-License-Identifier: Apache-2.0
#include <ai500/graph/store_weights.hpp>
//
#include <doctest/doctest.h>

#include <string>
#include <variant>

#include <ai500/graph/describe.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/parallel_modes/micro_batches.hpp>

using namespace ai500;

namespace {

/// Two convolutions, the first one's filters 3 x 3, then a fully connected layer of 3 classes.
Graph small_graph() {
  Graph graph;
  ValueIndex const x = graph.input("image", {1, 2, 5, 5});
  ValueIndex const a = graph.convolution(x, 4, square(3, 1, 1));
  ValueIndex const b = graph.convolution(a, 6, square(1));
  ValueIndex const logits = graph.fully_connected(b, 3);
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return graph;
}

/// What a step reads as its weight.
ProgramValue const& weight_of(Program const& program, Step const& step) {
  return program.value(step.reads[1]);
}

}  // namespace

TEST_CASE("store_weights: convolutions and products read a copy, in the compute type") {
  Program const before = lower_training(small_graph(), 2, 2);

  Program const after = store_weights(before);

  REQUIRE(after.steps.size() == before.steps.size() + 1);
  Step const& store = after.steps.front();
  CHECK(name(store.what) == "store weights");
  CHECK(store.reads == std::vector<ValueIndex>{after.parameters});
  ValueIndex const weights = store.writes.at(0);
  CHECK(after.value(weights).shape == after.value(after.parameters).shape);
  CHECK(after.value(weights).number == NumberRole::compute);
  CHECK(after.value(weights).residence == Residence::planned);
  int convolutions = 0, products = 0;
  for (Step const& step : after.steps) {
    bool const convolves = std::holds_alternative<steps::Convolution>(step.what) ||
                           std::holds_alternative<steps::ConvolutionDataGradient>(step.what);
    bool const multiplies = std::holds_alternative<steps::FullyConnected>(step.what) ||
                            std::holds_alternative<steps::FullyConnectedDataGradient>(step.what);
    if (!convolves && !multiplies) continue;
    (convolves ? convolutions : products) += 1;
    ProgramValue const& weight = weight_of(after, step);
    CHECK(weight.slice_of == weights);
    CHECK(weight.layout == (convolves ? Layout::channels_last : Layout::plain));
    for (ParameterSlot const& slot : after.parameter_slots)
      if (slot.name == weight.name) {
        CHECK(slot.offset == weight.offset);
        CHECK(slot.shape == weight.shape);
      }
  }
  CHECK(convolutions == 3);  // the first one's data gradient is nobody's
  CHECK(products == 2);
  Step const& product = after.steps[3];
  REQUIRE(std::holds_alternative<steps::FullyConnected>(product.what));
  CHECK(after.value(product.reads[2]).slice_of == weights);  // the bias, too
}

TEST_CASE("store_weights: the step knows the filters, in ascending order") {
  Program const after = store_weights(lower_training(small_graph(), 2, 2));

  auto const& filters = std::get<steps::StoreWeights>(after.steps.front().what).filters;

  REQUIRE(filters.size() == 2);
  CHECK(filters[0].offset < filters[1].offset);
  CHECK(filters[0].shape == Shape{4, 2, 3, 3});
  CHECK(filters[1].shape == Shape{6, 4, 1, 1});
}

TEST_CASE("store_weights: gradients and update stay with the parameters; micro-batches share") {
  Program const program =
      store_weights(parallel_modes::micro_batches(lower_training(small_graph(), 2, 4), 2));

  int stores = 0;
  for (Step const& step : program.steps) {
    stores += std::holds_alternative<steps::StoreWeights>(step.what);
    if (std::holds_alternative<steps::Update>(step.what))
      CHECK(step.writes.at(0) == program.parameters);
    if (std::holds_alternative<steps::ConvolutionFilterGradient>(step.what)) {
      CHECK(program.value(step.writes.at(0)).number == NumberRole::accumulate);
      CHECK(program.value(step.writes.at(0)).layout == Layout::plain);
    }
  }
  CHECK(stores == 1);
}

TEST_CASE("store_weights: a program without weights is returned as it is") {
  Graph graph;
  ValueIndex const logits = graph.relu(graph.input("image", {.channels = 3}));
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  Program const program = lower_evaluation(graph, 1);

  CHECK(describe(store_weights(program), NumberSizes{}) == describe(program, NumberSizes{}));
}
