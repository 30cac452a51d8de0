// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <map>
#include <string>

#include <ai500/graph/describe.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/models/resnet.hpp>

using namespace ai500;

namespace {

Graph with_loss(Graph graph) {
  ValueIndex const logits = graph.operations.back().outputs[0];
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return graph;
}

std::map<std::string, int> steps_by_name(Program const& program) {
  std::map<std::string, int> counts;
  for (Step const& step : program.steps) ++counts[std::string(name(step.what))];
  return counts;
}

/// Every value is written before it is read, and only values that the program is given are never
/// written.
void check_order(Program const& program) {
  std::map<ValueIndex, bool> written;
  auto given = [&](ValueIndex value) {
    ProgramValue const& whole = program.value(program.place(value).whole);
    return whole.residence == Residence::bound || whole.residence == Residence::input;
  };
  for (Step const& step : program.steps) {
    for (ValueIndex value : step.reads)
      CHECK_MESSAGE((given(value) || written[value] || value == program.gradients), "a step reads ",
                    program.value(value).name.view(), " before it is written");
    for (ValueIndex value : step.writes) written[value] = true;
  }
}

}  // namespace

TEST_CASE("lower_training: ResNet-50 becomes the steps that can be counted by hand") {
  Program const program = lower_training(with_loss(models::resnet50_v15(224)), 2, 2);
  auto steps = steps_by_name(program);

  CHECK(steps["convolution"] == 53);
  CHECK(steps["convolution filter gradient"] == 53);
  CHECK(steps["convolution data gradient"] == 52);  // not the first convolution's
  CHECK(steps["normalization statistics"] == 53);
  CHECK(steps["normalization data gradient"] == 53);
  CHECK(steps["update running statistics"] == 53);
  CHECK(steps["relu gradient"] == 49);
  CHECK(steps["sum gradients"] == 16);  // each block's input is used twice
  CHECK(steps["max pooling gradient"] == 1);
  CHECK(steps["update"] == 1);
  CHECK(steps["all-reduce"] == 0);
  check_order(program);
}

TEST_CASE("lower_training: every parameter has a gradient of its shape at its offset") {
  Program const program = lower_training(with_loss(models::resnet50(64)), 2, 2);
  std::map<Count, Shape> gradients;
  for (ProgramValue const& value : program.values)
    if (value.slice_of == program.gradients) gradients[value.offset] = value.shape;

  Count total = 0;
  for (ParameterSlot const& slot : program.parameter_slots) {
    CHECK(slot.offset == total);
    CHECK(gradients.at(slot.offset) == slot.shape);
    total += slot.shape.elements();
  }
  CHECK(total == 25'557'032);
}

TEST_CASE("lower_training: parameters with weight decay come first") {
  Program const program = lower_training(with_loss(models::resnet50(64)), 2, 2);
  bool still_decays = true;
  Count decaying = 0;
  for (ParameterSlot const& slot : program.parameter_slots) {
    CHECK((still_decays || !slot.traits.decays));
    still_decays = slot.traits.decays;
    if (slot.traits.decays) decaying += slot.shape.elements();
  }
  CHECK(decaying == 25'557'032 - 2 * 26'560 - 1000);  // 26,560 normalized channels, 1000 biases
}

TEST_CASE("lower_training: a parameter that two operations share has one gradient, the sum") {
  Graph graph;
  ValueIndex const image = graph.input("image", {.channels = 2, .height = 4, .width = 4});
  ValueIndex const y = graph.convolution(image, 2, square(1));
  ValueIndex const weight = graph.operations[0].inputs[1];
  graph.values.push_back({GraphValue::Kind::activation, "again", graph.shape(y)});
  ValueIndex const z = static_cast<ValueIndex>(graph.values.size()) - 1;
  graph.operations.push_back({operators::Convolution{2, square(1)}, {y, weight}, {z}, "again"});
  graph.fully_connected(z, 3);

  Program const program = lower_training(with_loss(graph), 1, 1);
  auto steps = steps_by_name(program);

  CHECK(program.parameter_slots.size() == 3);
  CHECK(steps["convolution filter gradient"] == 2);
  CHECK(steps["accumulate"] == 1);
  check_order(program);
}

TEST_CASE("lower_evaluation: has no gradients, and normalizes with the running statistics") {
  Program const program = lower_evaluation(with_loss(models::resnet50(64)), 8);
  auto steps = steps_by_name(program);

  CHECK(steps.size() ==
        8);  // convolution, apply, relu, add, two poolings, fully connected, softmax
  CHECK(steps["softmax"] == 1);
  CHECK(steps["normalization statistics"] == 0);
  CHECK(program.labels == no_value);
  CHECK(program.value(program.probabilities).shape == Shape{8, 1000, 1, 1});
  check_order(program);
}

TEST_CASE("lower: a graph without a loss, or of no images, is refused") {
  CHECK_THROWS_WITH_AS(lower_training(models::resnet50(64), 1, 1), doctest::Contains("no loss"),
                       GraphError);
  CHECK_THROWS_WITH_AS(lower_evaluation(models::resnet50(64), 1), doctest::Contains("no loss"),
                       GraphError);
  CHECK_THROWS_AS(lower_training(with_loss(models::resnet50(64)), 0, 1), GraphError);
}

TEST_CASE("describe: prints a program one line a step and its memory") {
  Graph graph;
  graph.fully_connected(graph.input("image", {.channels = 4}), 2);
  std::string const text = describe(lower_evaluation(with_loss(graph), 3));

  CHECK(text.find(
            "0  fully connected                   image 3x4x1x1, fully_connected0.weight 2x4x1x1, "
            "fully_connected0.bias 2x1x1x1 -> fully_connected0 3x2x1x1\n") != std::string::npos);
  CHECK(text.find("2 steps, ") != std::string::npos);
}
