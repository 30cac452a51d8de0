// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <variant>

#include <ai500/graph/lower.hpp>
#include <ai500/graph/memory_plan.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/parallel_modes/data.hpp>

using namespace ai500;

namespace {

Program small_program(Count micro_batch, Count batch) {
  Graph graph = models::SmallResNet::graph({.channels = 1, .height = 28, .width = 28}, 10);
  ValueIndex const logits = graph.operations.back().outputs[0];
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return lower_training(graph, micro_batch, batch);
}

template <class What>
std::size_t count(Program const& program) {
  std::size_t n = 0;
  for (Step const& step : program.steps) n += std::holds_alternative<What>(step.what);
  return n;
}

}  // namespace

TEST_CASE("Data: one rank with one micro-batch runs the program as it is") {
  Program const program = small_program(8, 8);

  CHECK(parallel_modes::Data::split(program, {1, 1}).steps.size() == program.steps.size());
}

TEST_CASE("Data: several ranks sum everything in buckets, done before statistics and update") {
  Program const split = parallel_modes::Data::split(small_program(8, 32), {4, 1});

  REQUIRE(count<steps::AllReduceFinish>(split) == 1);
  // 77,754 / 8 = 9,719. From the back: 640 + 2048 + 36864; 18432; 512 + 9216; 4608 + 2 * 2304 +
  // 144; what does not decay; statistics and loss.
  CHECK(count<steps::AllReduceStart>(split) == 6);
  CHECK_NOTHROW(parallel_modes::check_reductions(split));
  std::size_t finished = 0;
  Count summed = 0;
  for (std::size_t i = 0; i < split.steps.size(); ++i) {
    if (std::holds_alternative<steps::AllReduceFinish>(split.steps[i].what)) finished = i;
    if (std::holds_alternative<steps::AllReduceStart>(split.steps[i].what))
      summed += split.value(split.steps[i].reads[0]).shape.elements();
  }
  CHECK(summed == split.value(split.reduction).shape.elements());
  for (std::size_t i = finished + 1; i < split.steps.size(); ++i)
    CHECK_FALSE(is_per_micro_batch(split.steps[i]));
  CHECK(std::holds_alternative<steps::UpdateRunningStatistics>(split.steps[finished + 1].what));
}

TEST_CASE("Data: what several ranks sum is not in the arena, it is the collective's memory") {
  Program const one = small_program(8, 32);
  Program const four = parallel_modes::Data::split(one, {4, 1});
  std::size_t const reduction =
      4 * static_cast<std::size_t>(one.value(one.reduction).shape.elements());

  CHECK(four.value(four.reduction).residence == Residence::bound);
  CHECK(plan_memory(four, {}).sum_bytes + reduction ==
        doctest::Approx(static_cast<double>(plan_memory(one, {}).sum_bytes)).epsilon(1e-4));
}

TEST_CASE(
    "Data: each further micro-batch runs forward and backward again and accumulates what is "
    "reduced") {
  Program const one = small_program(8, 24);
  Program const three = parallel_modes::Data::split(one, {1, 3});

  CHECK(count<steps::Convolution>(three) == 3 * count<steps::Convolution>(one));
  CHECK(count<steps::UpdateRunningStatistics>(three) == count<steps::UpdateRunningStatistics>(one));
  CHECK(count<steps::Update>(three) == 1);
  // a sum for every parameter, every normalization's statistics, and the loss
  CHECK(count<steps::Accumulate>(three) ==
        2 * (one.parameter_slots.size() + count<steps::NormalizationStatistics>(one) + 1));
  CHECK(three.value(three.images).shape == Shape{24, 1, 28, 28});
  CHECK(three.value(three.labels).shape == Shape{24, 1, 1, 1});
}

TEST_CASE("Data: running statistics are averaged over all micro-batches of all ranks") {
  Program const split = parallel_modes::Data::split(small_program(4, 24), {2, 3});

  for (Step const& step : split.steps)
    if (auto const* update = std::get_if<steps::UpdateRunningStatistics>(&step.what))
      CHECK(update->batches == 6);
}

TEST_CASE("Data: micro-batches share memory: four take little more than one") {
  Program const one = small_program(16, 64);
  auto const arena = [](Program const& program) { return plan_memory(program, {}).arena_bytes; };
  std::size_t const images = 3 * 16 * 784 * 4;
  std::size_t const gradients = 4 * 77'754 * 2;

  CHECK(arena(parallel_modes::Data::split(one, {1, 4})) < arena(one) + images + gradients);
}

TEST_CASE("Data: the ranks' shares of a batch are in order and cover it") {
  for (int degree : {1, 2, 3, 4, 8}) {
    Count next = 0;
    for (int rank = 0; rank < degree; ++rank) {
      BatchShare const share = parallel_modes::Data::share(24, rank, degree);
      CHECK(share.begin == next);
      CHECK(share.size() == 24 / degree);
      next = share.end;
    }
    CHECK(next == 24);
  }
}
