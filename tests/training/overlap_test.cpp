// SPDX-License-Identifier: Apache-2.0
/// @file Sums over ranks that run under backward, seen by a collective that records.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ai500/collectives/local_reduction.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/precision/fp64.hpp>
#include <ai500/training/feed.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/trainer.hpp>

#include "small_model.hpp"

using namespace ai500;
using testing::SmallImages;

namespace {

constexpr double unwritten = std::numeric_limits<double>::infinity();

/// What a reduction was told, and how many elements of its memory were written then.
struct Event {
  enum class What { start, finish } what;
  Count offset = 0;
  Count size = 0;
  Count unwritten_in_part = 0;
  Count unwritten_beside = 0;
};

struct Recording {
  std::vector<Event> events;
  int looks = 0;       // calls of progress
  int most_looks = 0;  // while one part was under way
};

/// Rank 0 of two whose other rank gives zeros. From a part's start to the finish it holds what is
/// not a number: whoever reads it meanwhile shows in the result.
template <class T>
class RecordingReduction {
 public:
  RecordingReduction(devices::Host& host, Count elements, std::shared_ptr<Recording> recording)
      : memory_(host, elements), given_(host, elements), recording_(std::move(recording)) {
    clear();
  }

  View<T> memory() { return memory_.view(); }
  void start(View<T> part) {
    Event event{Event::What::start, part.data() - memory_.data(), part.size()};
    for (Count i = 0; i < memory_.size(); ++i) {
      bool const inside = i >= event.offset && i < event.offset + event.size;
      if (memory_.data()[i] == T(unwritten))
        ++(inside ? event.unwritten_in_part : event.unwritten_beside);
    }
    for (Count i = event.offset; i < event.offset + event.size; ++i) {
      given_.data()[i] = memory_.data()[i];
      memory_.data()[i] = std::numeric_limits<T>::quiet_NaN();
    }
    recording_->events.push_back(event);
    ++pending_;
  }
  void progress() { ++recording_->looks; }
  Count pending() const { return pending_; }
  void finish() {
    Event event{Event::What::finish};
    for (Count i = 0; i < memory_.size(); ++i) {
      if (memory_.data()[i] == T(unwritten)) ++event.unwritten_beside;
      if (!std::isnan(memory_.data()[i])) touched_ = true;
      memory_.data()[i] = given_.data()[i];
    }
    recording_->events.push_back(event);
    pending_ = 0;
  }
  std::string transport() const { return touched_ ? "was touched while under way" : "recording"; }

  /// Before a step.
  void clear() {
    for (T& value : memory_.view().span()) value = T(unwritten);
  }

 private:
  Buffer<T> memory_;
  Buffer<T> given_;
  std::shared_ptr<Recording> recording_;
  Count pending_ = 0;
  bool touched_ = false;
};

class RecordingRank {
 public:
  int rank() const { return 0; }
  int size() const { return 2; }
  RecordingRank split(int) { return *this; }
  void barrier() {}
  template <class T>
  void allreduce(View<T>) {}
  template <class T>
  RecordingReduction<T> reduction(devices::Host& host, Count elements) {
    return {host, elements, recording};
  }
  double maximum(double number) { return number; }
  std::string bcast(std::string const& text, int) { return text; }
  std::vector<std::string> allgather(std::string const& text) { return {text, text}; }

  std::shared_ptr<Recording> recording = std::make_shared<Recording>();
};
static_assert(Communicator<RecordingRank>);

/// One rank whose reduction is its own: the same training without buckets.
class LoneRank : public RecordingRank {
 public:
  int size() const { return 1; }
  LoneRank split(int) { return *this; }
};
static_assert(Communicator<LoneRank>);

template <class World>
struct Training {
  devices::Host host;
  SmallImages images{};
  Graph graph = testing::small_graph();
  ModelState<double, devices::Host> state = initial_state<double>(host, graph, 3, 0);
  optimizers::SgdMomentum optimizer{};
  World world{};
  Trainer<kernels::Reference, precision::Fp64, optimizers::SgdMomentum, parallel_modes::Data, World>
      trainer;

  /// |B_k| = 16 is what the loss is divided by; the rank is fed `fed` images.
  explicit Training(BatchPlan const& plan) : trainer(host, graph, plan, optimizer, world, state) {}

  double step(Count fed) {
    for (Count i = 0; i < fed; ++i)
      feed(images, Split::train, static_cast<Sample>(i), i, trainer.input().images(),
           trainer.input().labels());
    return trainer.step(0.1);
  }
  std::vector<double> parameters() {
    auto const values = state.parameters.view().span();
    return {values.begin(), values.end()};
  }
};

}  // namespace

TEST_CASE("Trainer: the first bucket starts before the last gradient is written") {
  Training<RecordingRank> training(batch_plan(16, 8, 2));
  training.step(8);

  Program const& program = training.trainer.network().program();
  std::vector<Event> const& events = training.world.recording->events;
  REQUIRE(events.size() >= 3);
  // The last gradient to be written is the first convolution's: 4 x 1 x 3 x 3, first in memory.
  Count const stem = 4 * 9;
  CHECK(program.parameter_slots.front().shape.elements() == stem);
  Count const gradients = program.value(program.gradients).shape.elements();
  Event const& first = events.front();
  CHECK(first.what == Event::What::start);
  CHECK(first.offset + first.size <= gradients);  // a bucket of gradients
  CHECK(first.unwritten_beside >= stem);
  for (std::size_t i = 0; i + 1 < events.size(); ++i) {
    CHECK(events[i].what == Event::What::start);
    CHECK(events[i].unwritten_in_part == 0);  // started only when it is complete
  }
  CHECK(events[events.size() - 2].offset == 0);  // the one with the last gradient is the last
  CHECK(events[events.size() - 3].unwritten_beside >= stem);
  CHECK(events.back().what == Event::What::finish);
  CHECK(events.back().unwritten_beside == 0);
}

TEST_CASE("Trainer: sums are driven between the kernels of backward") {
  Training<RecordingRank> training(batch_plan(16, 8, 2));
  training.step(8);

  Program const& program = training.trainer.network().program();
  int kernels = 0;
  bool under_way = false;
  for (Step const& step : program.steps) {
    if (std::holds_alternative<steps::AllReduceFinish>(step.what)) break;
    if (std::holds_alternative<steps::AllReduceStart>(step.what))
      under_way = true;
    else if (under_way)
      ++kernels;
  }
  CHECK(kernels > 20);
  CHECK(training.world.recording->looks == kernels);
}

TEST_CASE(
    "Trainer: nobody touches a bucket while its sum is under way, and the sum is what counts") {
  // Two ranks, the other of which gives zeros: the gradients are those of one rank that is fed the
  // same 8 images of a batch of 16, in two micro-batches of 4.
  Training<RecordingRank> bucketed(batch_plan(16, 4, 2));
  Training<LoneRank> alone({.batch = 16, .micro_batch = 4, .micro_batches = 2});
  for (int step = 0; step < 3; ++step) {
    double const loss = bucketed.step(8);
    CHECK(loss == alone.step(8));
    CHECK(std::isfinite(loss));
  }

  CHECK(bucketed.parameters() == alone.parameters());
  CHECK(bucketed.trainer.reduction_cost().transport == "recording");
}

TEST_CASE("Trainer: says what a step gives to the reductions, and what they cost") {
  Training<RecordingRank> training(batch_plan(16, 8, 2));
  training.trainer.connect();
  training.step(8);

  ReductionCost const cost = training.trainer.reduction_cost();
  Program const& program = training.trainer.network().program();
  CHECK(cost.buckets == static_cast<Count>(training.world.recording->events.size()) - 1);
  CHECK(cost.wire_bytes_per_step == 8 * program.value(program.reduction).shape.elements());
  CHECK(cost.hidden_seconds > 0);
  CHECK(cost.exposed_seconds > 0);
  Training<LoneRank> alone(batch_plan(16, 8, 1));
  alone.step(16);
  CHECK(alone.trainer.reduction_cost() == ReductionCost{});
}

TEST_CASE("Network: a bound reduction needs its place before the first run, of the right size") {
  Training<RecordingRank> training(batch_plan(16, 8, 2));
  auto& network = training.trainer.network();
  Buffer<double> few(training.host, 10);

  CHECK(network.elements_to_place() ==
        network.program().value(network.program().reduction).shape.elements());
  CHECK_THROWS_WITH_AS(network.run([](auto, auto...) {}), doctest::Contains("no place"),
                       GraphError);
  CHECK_THROWS_WITH_AS(network.place_reduction(few.view()), doctest::Contains("10 elements"),
                       GraphError);
}
