// SPDX-License-Identifier: Apache-2.0
#include <ai500/parallel_modes/reduction_buckets.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/graph/lower.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/parallel_modes/micro_batches.hpp>

using namespace ai500;
using parallel_modes::check_reductions;
using parallel_modes::cut_reduction;
using parallel_modes::reduce_in_buckets;
using parallel_modes::ReductionBucket;

namespace {

Graph with_loss(Graph graph) {
  ValueIndex const logits = graph.operations.back().outputs[0];
  graph.softmax_cross_entropy(logits, graph.labels(logits));
  return graph;
}

/// Two numbers an image, relu, three outputs: a weight of 6, a bias of 3, the loss.
Program two_by_three() {
  Graph graph;
  graph.fully_connected(graph.relu(graph.input("image", {.width = 2})), 3);
  return lower_training(with_loss(graph), 4, 4);
}

/// A convolution of 2 channels, normalized, and an output of two classes: what decays is 2 and 4
/// numbers, what does not 2, 2 and 2, then come 4 statistics and the loss.
Program normalized() {
  Graph graph;
  ValueIndex const x = graph.input("image", {.channels = 1});
  graph.fully_connected(graph.normalization(graph.convolution(x, 2, square(1))), 2);
  return lower_training(with_loss(graph), 4, 4);
}

/// "relu0: relu", one line a step.
std::string lines(Program const& program) {
  std::string text;
  for (Step const& step : program.steps)
    text += std::string(step.name.view()) + ": " + std::string(name(step.what)) + "\n";
  return text;
}

/// The name of the step behind which a bucket starts, and the bucket's size.
std::vector<std::pair<std::string, Count>> starts(Program const& program) {
  std::vector<std::pair<std::string, Count>> result;
  std::string last;
  for (Step const& step : program.steps) {
    if (std::holds_alternative<steps::AllReduceStart>(step.what))
      result.emplace_back(last, program.value(step.reads[0]).shape.elements());
    else
      last = std::string(step.name.view()) + ": " + std::string(name(step.what));
  }
  return result;
}

Program resnet50() { return lower_training(with_loss(models::resnet50_v15(224)), 2, 2); }

std::size_t first(Program const& program, auto const& is_it) {
  return static_cast<std::size_t>(std::ranges::find_if(program.steps, is_it) -
                                  program.steps.begin());
}
bool is_start(Step const& step) { return std::holds_alternative<steps::AllReduceStart>(step.what); }
bool is_finish(Step const& step) {
  return std::holds_alternative<steps::AllReduceFinish>(step.what);
}

}  // namespace

TEST_CASE("cut_reduction: weights, what does not decay, and the loss are cut apart") {
  // relu 0, forward 1, loss 2, weight gradient 3, update 4
  CHECK(cut_reduction(two_by_three(), 100) ==
        std::vector<ReductionBucket>{{9, 1, 2}, {6, 3, 3}, {0, 6, 3}});
}

TEST_CASE(
    "reduce_in_buckets: each bucket starts right behind its last use, all end before update") {
  CHECK(lines(reduce_in_buckets(two_by_three(), 100)) ==
        "relu0: relu\n"
        "fully_connected1: fully connected\n"
        "softmax_cross_entropy2: softmax cross-entropy\n"
        "bucket 0: all-reduce start\n"
        "fully_connected1: fully connected weight gradient\n"
        "bucket 1: all-reduce start\n"
        "bucket 2: all-reduce start\n"
        "all-reduce: all-reduce finish\n"
        "update: update\n");
}

TEST_CASE("cut_reduction: what backward still reads, statistics and sums, is not let go before") {
  // convolution 0, statistics 1, apply 2, fully connected 3, loss 4; weight gradient 5, data
  // gradient 6, normalization's parameter gradient 7 and data gradient 8, filter gradient 9;
  // running statistics 10, update 11
  CHECK(cut_reduction(normalized(), 100) ==
        std::vector<ReductionBucket>{{12, 5, 8}, {6, 6, 8}, {0, 6, 9}});
}

TEST_CASE("cut_reduction: a bucket is closed from the back when it has enough elements") {
  // In memory: the convolution's 2, the output's 4; scale 2, shift 2, bias 2; statistics 4, loss 1.
  // Ready first: the bias and the output's weight.
  CHECK(cut_reduction(normalized(), 2) ==
        std::vector<ReductionBucket>{
            {10, 2, 5}, {2, 4, 5}, {12, 5, 8}, {8, 2, 8}, {6, 2, 8}, {0, 2, 9}});
}

TEST_CASE("reduce_in_buckets: with micro-batches a bucket waits for the last one's sum") {
  Program const three = reduce_in_buckets(parallel_modes::micro_batches(two_by_three(), 3), 100);

  CHECK(starts(three) ==
        std::vector<std::pair<std::string, Count>>{{"softmax_cross_entropy2: accumulate", 1},
                                                   {"fully_connected1: accumulate", 6},
                                                   {"fully_connected1: accumulate", 3}});
  CHECK_NOTHROW(check_reductions(three));
}

TEST_CASE("reduce_in_buckets: ResNet-50 starts 18 of 21 buckets before its stem is reached") {
  // 4 MiB of floats; the convolutions' numbers are their places in the graph. 21 buckets.
  Program const program = reduce_in_buckets(resnet50(), Count{1} << 20);
  std::string const filter = ": convolution filter gradient";

  CHECK(starts(program) ==
        std::vector<std::pair<std::string, Count>>{
            {"fully_connected173: fully connected weight gradient", 2'048'000},
            {"convolution168" + filter, 512 * 2048},  // the last stage: 7 x 7
            {"convolution165" + filter, 9 * 512 * 512},
            {"convolution162" + filter, 2048 * 512},
            {"convolution158" + filter, 512 * 2048},
            {"convolution155" + filter, 9 * 512 * 512},
            {"convolution152" + filter, 2048 * 512},
            {"convolution148" + filter, 1024 * 2048},  // the shortcut
            {"convolution146" + filter, 512 * 2048},
            {"convolution143" + filter, 9 * 512 * 512},
            {"convolution133" + filter, 1024 * 512 + 256 * 1024 + 9 * 256 * 256},  // 14 x 14
            {"convolution123" + filter, 2 * 256 * 1024 + 9 * 256 * 256},
            {"convolution113" + filter, 2 * 256 * 1024 + 9 * 256 * 256},
            {"convolution103" + filter, 2 * 256 * 1024 + 9 * 256 * 256},
            {"convolution93" + filter, 2 * 256 * 1024 + 9 * 256 * 256},
            {"convolution84" + filter, 2 * 256 * 1024 + 512 * 1024},
            {"convolution64" + filter, 1'064'960},
            {"convolution7" + filter, 1'077'248},
            {"normalization1: normalization data gradient", 2 * 26'560 + 1},     // statistics, loss
            {"normalization1: normalization data gradient", 2 * 26'560 + 1000},  // scales, biases
            {"convolution0" + filter, 64 * 147 + 64 * 64}});
  CHECK_NOTHROW(check_reductions(program));
}

TEST_CASE("reduce_in_buckets: buckets cover the reduction once and are bound") {
  Program const program = reduce_in_buckets(resnet50(), Count{1} << 20);
  std::vector<std::pair<Count, Count>> parts;
  for (Step const& step : program.steps)
    if (is_start(step)) {
      ProgramValue const& part = program.value(step.reads[0]);
      CHECK(part.slice_of == program.reduction);
      parts.emplace_back(part.offset, part.shape.elements());
    }

  std::ranges::sort(parts);
  Count next = 0;
  for (auto const& [offset, size] : parts) {
    CHECK(offset == next);
    next += size;
  }
  CHECK(next == program.value(program.reduction).shape.elements());
  CHECK(program.value(program.reduction).residence == Residence::bound);
}

TEST_CASE("cut_reduction: a program that does not train has nothing to sum") {
  Graph graph;
  graph.fully_connected(graph.input("image", {.width = 2}), 3);
  CHECK_THROWS_AS(cut_reduction(lower_evaluation(with_loss(graph), 1), 100), GraphError);
  CHECK_THROWS_AS(cut_reduction(two_by_three(), 0), GraphError);
}

TEST_CASE("check_reductions: a later pass may not move a use behind the start") {
  Program program = reduce_in_buckets(two_by_three(), 100);
  std::swap(program.steps[2], program.steps[3]);  // the loss is started, then written

  CHECK_THROWS_WITH_AS(check_reductions(program),
                       "check_reductions: step 3, softmax cross-entropy of softmax_cross_entropy2, "
                       "uses elements whose sum over the ranks was started by step 2",
                       GraphError);
}

TEST_CASE("check_reductions: what is written must be started, what is started must be finished") {
  Program forgotten = reduce_in_buckets(two_by_three(), 100);
  forgotten.steps.erase(forgotten.steps.begin() +
                        static_cast<std::ptrdiff_t>(first(forgotten, is_start)));
  Program endless = reduce_in_buckets(two_by_three(), 100);
  endless.steps.erase(endless.steps.begin() +
                      static_cast<std::ptrdiff_t>(first(endless, is_finish)));

  CHECK_THROWS_WITH_AS(check_reductions(forgotten), doctest::Contains("was not started"),
                       GraphError);
  CHECK_THROWS_AS(check_reductions(endless), GraphError);
  CHECK_NOTHROW(check_reductions(two_by_three()));  // one rank sums nothing
}
