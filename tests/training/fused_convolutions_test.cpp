// SPDX-License-Identifier: Apache-2.0
// The fused convolution steps in numbers: a program that `fuse` has joined, its fused steps run as
// the single steps that define them, must have the gradients of the program as it was.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <ai500/core/random.hpp>
#include <ai500/graph/describe.hpp>
#include <ai500/graph/fuse.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/kernels/choices.hpp>
#include <ai500/kernels/prepare.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/parallel_modes/micro_batches.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/prepared_program.hpp>
#include <ai500/workloads/image_classification.hpp>

#include "../kernels/decomposed.hpp"

using namespace ai500;

namespace {

constexpr NumberSizes double_sizes{{sizeof(double), sizeof(double), sizeof(std::int32_t)}};

/// Two stages of two blocks, so that a block follows one with a projection and one with an
/// identity.
Graph bottlenecks() {
  return workloads::with_cross_entropy(
      models::resnet({.block = models::ResNetOptions::Block::bottleneck_v15,
                      .stages = {2, 3, 0, 0},
                      .width = 8,
                      .stem = square(3, 1, 1)},
                     {.channels = 3, .height = 8, .width = 8}, 5),
      0.1);
}

/// Takes the kernels of some steps out of a table.
KernelTable without(KernelTable table, std::vector<StepOperation> const& steps) {
  for (StepOperation const& what : steps) table.entries[what.index()] = {};
  return table;
}

struct Outcome {
  std::vector<double> values;  ///< gradients, statistics and loss
  std::string fused;
};

Outcome run_once(Program program, devices::Host& host, KernelTable const& table,
                 Graph const& graph) {
  auto state = initial_state<double>(host, graph, 1, 0);
  // Normalizations that begin as identities would hide an exchanged scale or shift.
  for (Count i = 0; i < state.parameters.size(); ++i)
    state.parameters.data()[i] += 0.2 * random_unit({2, 0, 7}, static_cast<std::uint64_t>(i));
  PreparedProgram prepared(std::move(program), table, double_sizes);
  Buffer<std::byte> arena(host, static_cast<Count>(prepared.plan().arena_bytes));
  prepared.prepare(
      {.arena = arena.data(),
       .parameters = reinterpret_cast<std::byte*>(state.parameters.data()),
       .running_statistics = reinterpret_cast<std::byte*>(state.running_statistics.data())});
  Program const& ran = prepared.program();
  auto* const images = static_cast<double*>(prepared.place(ran.images));
  for (Count i = 0; i < ran.value(ran.images).shape.elements(); ++i)
    images[i] = random_unit({1, 0, 99}, static_cast<std::uint64_t>(i)) - 0.5;
  for (Count i = 0; i < ran.value(ran.labels).shape.elements(); ++i)
    static_cast<std::int32_t*>(prepared.place(ran.labels))[i] = static_cast<std::int32_t>(i % 5);

  prepared.run([](Step const&) {});

  auto const* const result = static_cast<double const*>(prepared.place(ran.reduction));
  return {{result, result + ran.value(ran.reduction).shape.elements()}, describe_fused(ran)};
}

/// The greatest difference, relative to the greatest value.
double difference(std::vector<double> const& a, std::vector<double> const& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0, greatest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    double const one = std::abs(a[i] - b[i]);
    worst = one <= worst ? worst : one;  // what is not a number counts
    greatest = std::max(greatest, std::abs(b[i]));
  }
  return worst / greatest;
}

Outcome fused(Program const& program, std::vector<StepOperation> const& lacking = {}) {
  devices::Host host;
  return run_once(
      program, host,
      without(kernel_table<testing::Decomposing>(host, {NumberType::float64, NumberType::float64}),
              lacking),
      bottlenecks());
}
/// The choice of "apart" for the fused convolutions of a program that `is_wanted` picks, and for
/// those that take their places.
Choices chosen_apart(Program const& program,
                     std::function<bool(StepOperation const&)> const& is_wanted) {
  devices::Host host;
  Types const types{NumberType::float64, NumberType::float64};
  KernelTable table = kernel_table<testing::Decomposing>(host, types);
  for (bool is_done = false; !is_done;) {
    is_done = true;
    Program const fitted = fitted_to(program, table);
    for (Step const& step : fitted.steps) {
      if (!is_fused_convolution(step.what) || !is_wanted(step.what)) continue;
      table.choices.ways[step_text(step.what, shapes_of(fitted, step), types)] = ai500::way_apart;
      is_done = false;
    }
  }
  return table.choices;
}
Outcome fused_by(Choices const& choices, Program const& program) {
  devices::Host host;
  return run_once(
      program, host,
      kernel_table<testing::Decomposing>(host, {NumberType::float64, NumberType::float64}, choices),
      bottlenecks());
}
Outcome unfused(Program const& program) {
  devices::Host host;
  return run_once(
      program, host,
      kernel_table<kernels::Reference>(host, {NumberType::float64, NumberType::float64}),
      bottlenecks());
}

bool has(Outcome const& outcome, std::string const& line) {
  INFO("fused:\n", outcome.fused);
  bool const found = outcome.fused.find(line + "\n") != std::string::npos;
  CHECK_MESSAGE(found, line);
  return found;
}

// Both compute in double; sums are made in another order only where gradients are added.
constexpr double tolerance = 1e-12;

}  // namespace

// Five blocks of three convolutions, two projections, the stem (whose three channels stay apart).
// Forward: second and third of a block normalize their input (10), first ones and projections take
// statistics only (7). The stem's relu goes into a pooling. Data gradients end in the block's own
// relu (10), or in that of the block before: the second blocks' in a projection's, the others' in
// an identity's.
TEST_CASE("fused convolutions have the gradients, statistics and loss of their single steps") {
  Program const program = lower_training(bottlenecks(), 4, 4);

  Outcome const joined = fused(program);
  Outcome const single = unfused(program);

  CHECK(single.fused.empty());
  has(joined, "10 x convolution forward of normalization + relu");
  has(joined, "7 x convolution forward");
  has(joined, "10 x convolution filter backward");
  has(joined, "10 x convolution data backward + relu + normalization");
  has(joined, "2 x convolution data backward + sum + relu + two normalizations");
  has(joined, "2 x convolution data backward + sum + relu + normalization");
  CHECK(difference(joined.values, single.values) <= tolerance);
}

TEST_CASE("fused convolutions: the same with two micro-batches") {
  Program const program = parallel_modes::micro_batches(lower_training(bottlenecks(), 2, 4), 2);

  Outcome const joined = fused(program);

  has(joined, "20 x convolution forward of normalization + relu");
  CHECK(difference(joined.values, unfused(program).values) <= tolerance);
}

TEST_CASE("fused convolutions: each of the three alone, and each missing") {
  Program const program = lower_training(bottlenecks(), 4, 4);
  std::vector<double> const expected = unfused(program).values;
  StepOperation const forward = steps::ConvolutionForward{};
  StepOperation const filter = steps::ConvolutionFilterBackward{};
  StepOperation const data = steps::ConvolutionDataBackward{};

  for (auto const& lacking : std::vector<std::vector<StepOperation>>{
           {forward}, {filter}, {data}, {forward, filter}, {forward, data}, {filter, data}}) {
    Outcome const joined = fused(program, lacking);
    INFO("fused:\n", joined.fused);
    CHECK(!joined.fused.empty());
    CHECK(difference(joined.values, expected) <= tolerance);
  }
}

TEST_CASE("fused convolutions: a filter gradient may normalize again what the forward pass wrote") {
  Program const program = lower_training(bottlenecks(), 4, 4);

  Outcome const joined = fused(program, {steps::ConvolutionForward{}});

  has(joined, "10 x convolution filter backward");
  has(joined, "10 x convolution data backward + relu + normalization");
  CHECK(joined.fused.find("convolution forward") == std::string::npos);
}

TEST_CASE("fused convolutions: chosen apart, all have the numbers of their single steps") {
  Program const program = lower_training(bottlenecks(), 4, 4);
  Outcome const single = unfused(program);

  Outcome const all = fused_by(chosen_apart(program, is_fused_convolution), program);

  CHECK(all.fused.empty());
  CHECK(all.values == single.values);  // the same steps
}

TEST_CASE("fused convolutions: chosen apart one kind at a time, the others stay") {
  Program const program = lower_training(bottlenecks(), 4, 4);
  std::vector<double> const expected = unfused(program).values;
  auto without_kind = [&](StepOperation const& kind) {
    return fused_by(
        chosen_apart(program,
                     [&](StepOperation const& what) { return what.index() == kind.index(); }),
        program);
  };

  for (StepOperation const& kind : {StepOperation(steps::ConvolutionForward{}),
                                    StepOperation(steps::ConvolutionFilterBackward{}),
                                    StepOperation(steps::ConvolutionDataBackward{})}) {
    Outcome const joined = without_kind(kind);
    INFO("fused:\n", joined.fused);
    CHECK(!joined.fused.empty());
    CHECK(joined.fused.find(std::string(name(kind))) == std::string::npos);
    CHECK(difference(joined.values, expected) <= tolerance);
  }
}

TEST_CASE("fused convolutions: one choice is for the places of one shape, and prints say so") {
  Program const program = lower_training(bottlenecks(), 4, 4);
  Shape const eight{4, 8, 4, 4}, weight{8, 8, 3, 3};
  devices::Host host;
  Types const types{NumberType::float64, NumberType::float64};
  // The second convolution of the first stage's blocks: 3x3, eight channels.
  steps::ConvolutionForward const what{.window = square(3, 1, 1), .normalizes_input = true};
  Shapes const shapes{{eight, weight, {.items = 2, .channels = 8}, {.items = 8}, {.items = 8}},
                      {eight, {.items = 2, .channels = 8}}};
  Choices const choices{"", {{step_text(what, shapes, types), std::string(ai500::way_apart)}}};

  Outcome const joined = fused_by(choices, program);
  std::string const text = describe_fitted(
      "title", program, kernel_table<testing::Decomposing>(host, types, choices), double_sizes);

  has(joined, "8 x convolution forward of normalization + relu");  // two of ten fewer
  has(joined, "9 x convolution forward");
  CHECK(difference(joined.values, unfused(program).values) <= tolerance);
  CHECK_MESSAGE(
      text.find("apart:\n2 x convolution forward of normalization + relu: chosen apart\n") !=
          std::string::npos,
      text);
  CHECK(text.find("; no convolution forward of normalization + relu: chosen apart\n") !=
        std::string::npos);
}
