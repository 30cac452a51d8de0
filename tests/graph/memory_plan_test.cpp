// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <vector>

#include <ai500/graph/lower.hpp>
#include <ai500/graph/memory_plan.hpp>
#include <ai500/models/resnet.hpp>

using namespace ai500;

namespace {

Program training_program(Count micro_batch) {
  Graph graph = models::resnet50_v15(224);
  ValueIndex const logits = graph.operations.back().outputs[0];
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return lower_training(graph, micro_batch, micro_batch);
}

}  // namespace

TEST_CASE("plan_memory: a chain of three values of one size needs two places") {
  Program program;
  for (char const* value : {"a", "b", "c"}) program.add_value({value, {.items = 16}});
  program.values[0].residence = Residence::input;
  program.values[2].residence = Residence::output;
  program.steps = {{steps::Relu{}, {0}, {1}, "first"}, {steps::Relu{}, {1}, {2}, "second"}};

  MemoryPlan const plan = plan_memory(program, {});

  CHECK(plan.arena_bytes == 2 * 64);
  CHECK(plan.sum_bytes == 3 * 64);
  CHECK(plan.offsets[0] == plan.offsets[2]);
  CHECK(plan.offsets[0] != plan.offsets[1]);
}

TEST_CASE("plan_memory: values that are alive at once never overlap") {
  Program const program = training_program(2);
  MemoryPlan const plan = plan_memory(program, {});
  auto const life = lifetimes(program);

  int overlaps = 0;
  for (std::size_t a = 0; a < program.values.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      auto placed = [&](std::size_t i) {
        return program.values[i].slice_of == no_value &&
               program.values[i].residence != Residence::bound && life[i].used();
      };
      if (!placed(a) || !placed(b) || !life[a].overlaps(life[b])) continue;
      auto end = [&](std::size_t i) {
        return plan.offsets[i] + static_cast<std::size_t>(program.values[i].shape.elements()) * 4;
      };
      overlaps += plan.offsets[a] < end(b) && plan.offsets[b] < end(a);
    }
  CHECK(overlaps == 0);
}

TEST_CASE(
    "plan_memory: ResNet-50 is within 5 % of what is alive at once, and far from no sharing") {
  MemoryPlan const plan = plan_memory(training_program(16), {});

  CHECK(plan.arena_bytes >= plan.peak_bytes);
  CHECK(static_cast<double>(plan.arena_bytes) <= 1.05 * static_cast<double>(plan.peak_bytes));
  CHECK(2 * plan.arena_bytes < plan.sum_bytes);
}

TEST_CASE("plan_memory: numbers of two bytes halve the activations") {
  Program program;
  program.add_value({"a", {.items = 1024}});
  program.add_value({"b", {.items = 1024}, NumberRole::accumulate});
  program.steps = {{steps::Relu{}, {0}, {1}, "step"}};

  CHECK(plan_memory(program, {{2, 4, 4}}).arena_bytes == 2048 + 4096);
}

TEST_CASE("plan_memory: a chain whose steps may write in place needs one place") {
  Program program;
  for (char const* value : {"a", "b", "c"}) program.add_value({value, {.items = 16}});
  program.values[0].residence = Residence::input;
  program.values[2].residence = Residence::output;
  program.steps = {{steps::Relu{}, {0}, {1}, "first", {}, {{0, 0}}},
                   {steps::Relu{}, {1}, {2}, "second", {}, {{0, 0}}}};

  MemoryPlan const plan = plan_memory(program, {});

  CHECK(plan.arena_bytes == 64);
  CHECK(plan.peak_bytes == 64);
  CHECK(plan.sum_bytes == 3 * 64);
  CHECK(plan.offsets == std::vector<std::size_t>{0, 0, 0});
  CHECK(plan.in_place_of == std::vector<ValueIndex>{no_value, 0, 1});
}

namespace {

/// a and b (16 numbers) are read by a step that may write c over either, a first.
Program sum_in_place() {
  Program program;
  for (char const* value : {"a", "b", "c"}) program.add_value({value, {.items = 16}});
  program.values[0].residence = program.values[1].residence = Residence::input;
  program.values[2].residence = Residence::output;
  program.steps = {{steps::Add{}, {0, 1}, {2}, "sum", {}, {{0, 0}, {0, 1}}}};
  return program;
}

ValueIndex place_taken(Program const& program) { return plan_memory(program, {}).in_place_of[2]; }

}  // namespace

TEST_CASE("plan_memory: a result stands in place of the first argument that may and that dies") {
  Program program = sum_in_place();

  CHECK(place_taken(program) == 0);
  program.values[0].residence = Residence::output;  // somebody reads a afterwards
  CHECK(place_taken(program) == 1);
  program.values[1].residence = Residence::bound;  // b is the caller's
  CHECK(place_taken(program) == no_value);
}

TEST_CASE("plan_memory: nothing stands in place of what is of another size, order or still used") {
  Program shape = sum_in_place();
  shape.values[2].shape = {.items = 8};
  Program number = sum_in_place();
  number.values[2].number = NumberRole::accumulate;
  Program layout = sum_in_place();
  for (ProgramValue& value : layout.values) value.shape = {.channels = 8, .width = 2};
  layout.values[2].layout = Layout::channels_8;
  Program again = sum_in_place();
  again.steps[0].reads = {0, 0};
  Program slice = sum_in_place();
  slice.add_value({"half of a", {.items = 8}, {}, {}, 0});
  slice.steps.push_back({steps::Relu{}, {3}, {3}, "later"});
  slice.steps[0].in_place = {{0, 0}};
  Program written_before = sum_in_place();
  written_before.steps.insert(written_before.steps.begin(), {steps::Relu{}, {1}, {2}, "before"});

  CHECK(place_taken(shape) == no_value);
  CHECK(plan_memory(number, {{2, 4, 4}}).in_place_of[2] == no_value);
  CHECK(place_taken(layout) == no_value);
  CHECK(place_taken(again) == no_value);
  CHECK(place_taken(slice) == no_value);
  CHECK(place_taken(written_before) == no_value);
}

TEST_CASE("plan_memory: an argument gives its place to one result only") {
  Program program;
  for (char const* value : {"x", "y", "z"}) program.add_value({value, {.items = 16}});
  program.values[0].residence = Residence::input;
  program.values[1].residence = program.values[2].residence = Residence::output;
  program.steps = {{steps::MaxPooling{}, {0}, {1, 2}, "two", {}, {{0, 0}, {1, 0}}}};

  MemoryPlan const plan = plan_memory(program, {});

  CHECK(plan.in_place_of == std::vector<ValueIndex>{no_value, 0, no_value});
  CHECK(plan.arena_bytes == 2 * 64);
}
