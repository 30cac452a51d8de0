// SPDX-License-Identifier: Apache-2.0
/// @file Whole trainings by the kernels of GPUs beside the reference: on an emulated device here,
/// on a GPU in tests/device.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <ai500/collectives/self.hpp>
#include <ai500/core/random.hpp>
#include <ai500/graph/fuse.hpp>
#include <ai500/graph/lay_out.hpp>
#include <ai500/kernels/plain_cuda.hpp>
#include <ai500/kernels/reference.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>
#include <ai500/parallel_modes/data.hpp>
#include <ai500/parallel_modes/micro_batches.hpp>
#include <ai500/precision/fp32.hpp>
#include <ai500/precision/mixed.hpp>
#include <ai500/training/evaluator.hpp>
#include <ai500/training/fit.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/prepared_program.hpp>
#include <ai500/training/trainer.hpp>

#include "small_model.hpp"

namespace ai500::testing {

inline Graph small_resnet() {
  return workloads::with_cross_entropy(
      models::SmallResNet::graph({.channels = 1, .height = 28, .width = 28}, 10), 0.1);
}

/// What a program leaves behind when it has run once on random images.
struct Outcome {
  std::vector<double> values;  ///< gradients, then statistics and loss; or the probabilities
  std::vector<double> gradients{};
  std::string fused;
  std::size_t reorders = 0;
};

enum class Fuses { no, yes };

template <class Kernels, class T>
Outcome run_once(Graph const& graph, Program program, Fuses fuses = Fuses::yes) {
  using Device = typename Kernels::Device;
  Device device;
  KernelTable table = kernel_table<Kernels>(device, Types{number_type<T>, NumberType::float32});
  if (fuses == Fuses::no)
    for (StepOperation const& what : {StepOperation(steps::NormalizationForward{}),
                                      StepOperation(steps::NormalizationBackward{}),
                                      StepOperation(steps::NormalizationEvaluation{})})
      table.entries[what.index()] = {};
  auto state = initial_state<float>(device, graph, 1, 0);
  PreparedProgram prepared(std::move(program), table, NumberSizes{{sizeof(T), 4, 4}});
  Buffer<std::byte, Device> arena(device, static_cast<Count>(prepared.plan().arena_bytes));
  prepared.prepare(
      {.arena = arena.data(),
       .parameters = reinterpret_cast<std::byte*>(state.parameters.data()),
       .running_statistics = reinterpret_cast<std::byte*>(state.running_statistics.data())});

  Program const& ran = prepared.program();
  auto mirror_of = [&]<class Number>(Number*, ValueIndex value) {
    return Mirror<Number, Device>(device,
                                  View<Number, Device>(static_cast<Number*>(prepared.place(value)),
                                                       ran.value(value).shape.elements()));
  };
  auto images = mirror_of(static_cast<T*>(nullptr), ran.images);
  for (Count i = 0; i < images.host().size(); ++i)
    images.host().data()[i] =
        T(static_cast<float>(random_unit({1, 0, 99}, static_cast<std::uint64_t>(i))));
  images.upload();
  if (ran.labels != no_value) {
    auto labels = mirror_of(static_cast<std::int32_t*>(nullptr), ran.labels);
    for (Count i = 0; i < labels.host().size(); ++i)
      labels.host().data()[i] = static_cast<std::int32_t>(i % 10);
    labels.upload();
    device.synchronize();
  }
  prepared.run([](Step const&) {});
  auto results = mirror_of(static_cast<float*>(nullptr),
                           ran.probabilities != no_value ? ran.probabilities : ran.reduction);
  results.download();
  auto const numbers = results.host().span();
  Outcome outcome{.values = {numbers.begin(), numbers.end()},
                  .fused = describe_fused(ran),
                  .reorders = reorders(ran)};
  if (ran.gradients != no_value)
    outcome.gradients.assign(numbers.begin(),
                             numbers.begin() + ran.value(ran.gradients).shape.elements());
  return outcome;
}

/// |a - b| / |b|, lengths of vectors.
inline double distance(std::vector<double> const& a, std::vector<double> const& b) {
  REQUIRE(a.size() == b.size());
  double apart = 0, length = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    apart += (a[i] - b[i]) * (a[i] - b[i]);
    length += b[i] * b[i];
  }
  return std::sqrt(apart / length);
}

/// Images are random, so a batch's mean loss and its gradients are those of noise, and all layers'
/// errors add up: 16-bit activations are off by half an ulp at each of about 30 roundings.
template <class T>
constexpr double network_tolerance = std::is_same_v<T, float>  ? 1e-5
                                     : std::is_same_v<T, half> ? 30 * 0x1p-11
                                                               : 30 * 0x1p-8;

/// The roundoff of activations in T.
template <class T>
constexpr double roundoff = std::is_same_v<T, half> ? 0x1p-11 : 0x1p-8;

/// Of gradients. What a relu is given is about normal with deviation 1; behind some 15 roundings it
/// is off by d = 15^0.5 / 3^0.5 roundoffs, so that a part 0.8 d of the elements change their sign,
/// and with it whether their gradient passes: a relative error of (0.8 d)^0.5 at each of the seven
/// relus, which add up as squares. It grows with the root of the roundoff, unlike the values'.
template <class T>
double network_gradient_tolerance() {
  return std::is_same_v<T, float> ? 1e-5 : std::sqrt(7 * 0.8 * std::sqrt(5.0) * roundoff<T>);
}

/// A training step of SmallResNet is the reference's, fused or not.
template <class Kernels, class T>
void check_training_step() {
  Program const program = parallel_modes::micro_batches(lower_training(small_resnet(), 4, 8), 2);

  Outcome const expected = run_once<kernels::Reference, float>(small_resnet(), program);
  Outcome const fused = run_once<Kernels, T>(small_resnet(), program);
  Outcome const apart = run_once<Kernels, T>(small_resnet(), program, Fuses::no);

  CHECK(distance(fused.values, expected.values) <= network_tolerance<T>);
  CHECK(distance(apart.values, expected.values) <= network_tolerance<T>);
  CHECK(distance(fused.gradients, expected.gradients) <= network_gradient_tolerance<T>());
  CHECK(distance(apart.gradients, expected.gradients) <= network_gradient_tolerance<T>());
  CHECK(apart.fused.empty());
  bool const has_bits =
      fused.fused.find("normalization forward + add + relu (bits)") != std::string::npos;
  CHECK(has_bits == (sizeof(T) == 2));
  CHECK(fused.fused.find("normalization backward + add + relu") != std::string::npos);
  CHECK(fused.reorders == 0);  // one channel of images: NCHW is NHWC
}

/// An evaluation has the reference's probabilities.
template <class Kernels, class T>
void check_evaluation() {
  Program const program = lower_evaluation(small_resnet(), 4);

  Outcome const expected = run_once<kernels::Reference, float>(small_resnet(), program);
  Outcome const fused = run_once<Kernels, T>(small_resnet(), program);

  CHECK(fused.fused.find("normalization evaluation + add + relu") != std::string::npos);
  CHECK(distance(fused.values, expected.values) <= network_tolerance<T>);
}

/// All that can be seen of a short training.
struct Seen {
  std::vector<double> losses, probabilities;
};

template <class Kernels, class Precision>
Seen train(BatchPlan const& batch) {
  typename Kernels::Device device;
  testing::SmallImages const images{};
  Graph const graph = testing::small_graph();
  auto state = initial_state<float>(device, graph, 1, 0);
  optimizers::SgdMomentum const optimizer{};
  std::vector<Sample> samples(96);
  std::iota(samples.begin(), samples.end(), Sample{0});
  Seen seen;
  Trainer<Kernels, Precision, optimizers::SgdMomentum, parallel_modes::Data,
          collectives::Self::Communicator>
      trainer(device, graph, batch, optimizer, {}, state);
  fit(trainer, images, samples, {.seed = 1, .job = 0, .epochs = 4, .batch = batch.batch}, optimizer,
      [&](FitProgress const& progress) { seen.losses.push_back(progress.loss); });
  Evaluator<Kernels, Precision> evaluator(device, graph, 16, state);
  collectives::Self::Communicator world;
  for (float probability :
       evaluator.probabilities(images, Split::test, std::span(samples).first(50), world))
    seen.probabilities.push_back(static_cast<double>(probability));
  return seen;
}

/// A training in FP32 has the losses of the reference, and the same bits each time.
template <class Kernels>
void check_training() {
  for (BatchPlan const& batch : {batch_plan(32, 32, 1), batch_plan(32, 8, 1)}) {
    Seen const expected = train<kernels::Reference, precision::Fp32>(batch);
    Seen const seen = train<Kernels, precision::Fp32>(batch);
    Seen const again = train<Kernels, precision::Fp32>(batch);

    REQUIRE(seen.losses.size() == 12);
    for (std::size_t i = 0; i < seen.losses.size(); ++i)
      CHECK(std::abs(seen.losses[i] / expected.losses[i] - 1) <= 1e-4);
    CHECK(distance(seen.probabilities, expected.probabilities) <= 1e-3);
    CHECK(again.losses == seen.losses);
    CHECK(again.probabilities == seen.probabilities);
  }
}

/// A training in mixed FP16, its loss scaled, learns as one in FP32.
template <class Kernels>
void check_mixed_training() {
  BatchPlan const batch = batch_plan(32, 16, 1);
  Seen const expected = train<kernels::Reference, precision::Fp32>(batch);
  Seen const seen = train<Kernels, precision::Mixed>(batch);

  REQUIRE(seen.losses.size() == 12);
  CHECK(std::abs(seen.losses.front() / expected.losses.front() - 1) <= 0.01);
  CHECK(std::abs(seen.losses.back() / expected.losses.back() - 1) <= 0.1);
  CHECK(seen.losses.back() < 0.8 * seen.losses.front());
}

}  // namespace ai500::testing
