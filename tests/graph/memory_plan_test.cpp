// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

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
