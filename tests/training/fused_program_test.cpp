// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

#include <ai500/core/random.hpp>
#include <ai500/graph/fuse.hpp>
#include <ai500/graph/lay_out.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/models/resnet.hpp>
#include <ai500/parallel_modes/micro_batches.hpp>
#include <ai500/training/initialization.hpp>
#include <ai500/training/prepared_program.hpp>
#include <ai500/workloads/image_classification.hpp>

using namespace ai500;

namespace {

Graph small_resnet() {
  return workloads::with_cross_entropy(
      models::SmallResNet::graph({.channels = 1, .height = 28, .width = 28}, 10), 0.1);
}

/// What a program leaves behind when it has run once on random images.
struct Outcome {
  std::vector<float> values;  ///< gradients, statistics and loss; or the probabilities
  std::string fused;
  std::size_t arena_bytes;
};

/// What a program is run without.
struct Without {
  bool fusion = false;
  bool in_place = false;
};

/// @tparam T activations
template <class T = float>
Outcome run_once(Program program, Without without = {}, int threads = 1) {
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = threads});
  KernelTable table =
      kernel_table<kernels::OneDnn>(host, Types{number_type<T>, NumberType::float32});
  if (without.fusion)
    for (StepOperation const& what : {StepOperation(steps::NormalizationForward{}),
                                      StepOperation(steps::NormalizationBackward{}),
                                      StepOperation(steps::NormalizationEvaluation{}),
                                      StepOperation(steps::ConvolutionEvaluation{})})
      table.entries[what.index()] = {};
  if (without.in_place)
    for (KernelEntry& entry : table.entries) entry.in_place = nullptr;
  auto state = initial_state<float>(host, small_resnet(), 1, 0);
  PreparedProgram prepared(std::move(program), table, NumberSizes{{sizeof(T), 4, 4}});
  Buffer<std::byte> arena(host, static_cast<Count>(prepared.plan().arena_bytes));
  prepared.prepare(
      {.arena = arena.data(),
       .parameters = reinterpret_cast<std::byte*>(state.parameters.data()),
       .running_statistics = reinterpret_cast<std::byte*>(state.running_statistics.data())});

  Program const& ran = prepared.program();
  T* const images = static_cast<T*>(prepared.place(ran.images));
  for (Count i = 0; i < ran.value(ran.images).shape.elements(); ++i)
    images[i] = T(random_unit({1, 0, 99}, static_cast<std::uint64_t>(i)));
  if (ran.labels != no_value)
    for (Count i = 0; i < ran.value(ran.labels).shape.elements(); ++i)
      static_cast<std::int32_t*>(prepared.place(ran.labels))[i] = static_cast<std::int32_t>(i % 10);
  prepared.run([](Step const&) {});
  ValueIndex const seen = ran.probabilities != no_value ? ran.probabilities : ran.reduction;
  float const* const result = static_cast<float const*>(prepared.place(seen));
  return {{result, result + ran.value(seen).shape.elements()},
          describe_fused(ran),
          prepared.plan().arena_bytes};
}

std::string without(std::string text, std::string const& part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part))
    text.erase(at, part.size());
  return text;
}

/// The greatest difference, relative to the greatest value.
double difference(std::vector<float> const& a, std::vector<float> const& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0, greatest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    greatest = std::max(greatest, std::abs(static_cast<double>(b[i])));
  }
  return worst / greatest;
}

}  // namespace

TEST_CASE("a fused training program has the gradients, statistics and loss of the unfused one") {
  Program const program = parallel_modes::micro_batches(lower_training(small_resnet(), 8, 16), 2);

  Outcome const apart = run_once(program, {.fusion = true});
  Outcome const fused = run_once(program);

  CHECK(apart.fused.empty());
  CHECK(fused.fused.find("6 x normalization forward + add + relu") != std::string::npos);
  CHECK(fused.fused.find("8 x normalization backward + relu") != std::string::npos);
  CHECK(difference(fused.values, apart.values) <= 1e-5);
}

TEST_CASE("a fused evaluation has the probabilities of the unfused one") {
  Program const program = lower_evaluation(small_resnet(), 8);

  Outcome const apart = run_once(program, {.fusion = true});
  Outcome const fused = run_once(program);

  CHECK(apart.fused.empty());
  // Three blocks, each with a relu inside; the stem; two projections.
  CHECK(fused.fused ==
        "2 x convolution evaluation\n3 x convolution evaluation + add + relu\n"
        "4 x convolution evaluation + relu\n");
  CHECK(difference(fused.values, apart.values) <= 1e-5);
}

// An activation or gradient that is rounded to 8 binary places is wrong by 2^-8 at most, by 2^-10
// or so on average. From the images to the first filters' gradients there are about 60 such
// roundings, of either sign: 60^0.5 2^-10 = 0.8 %; the bound is four times that.
constexpr double bfloat16_program_tolerance = 0.03;

TEST_CASE(
    "a training program in bfloat16 has the gradients and loss of FP32, rounded; fused, too") {
  Program const program = parallel_modes::micro_batches(lower_training(small_resnet(), 8, 16), 2);
  Outcome const exact = run_once(program);

  Outcome const apart = run_once<bfloat16>(program, {.fusion = true});
  Outcome const fused = run_once<bfloat16>(program);

  CHECK(apart.fused.empty());
  CHECK(exact.fused.find("add + relu (bits)") != std::string::npos);
  CHECK(fused.fused == without(exact.fused, " (bits)"));  // in FP32 only
  CHECK(difference(apart.values, exact.values) <= bfloat16_program_tolerance);
  CHECK(difference(fused.values, exact.values) <= bfloat16_program_tolerance);
  CHECK(difference(fused.values, exact.values) > 1e-5);  // it has really run in bfloat16
}

TEST_CASE("an evaluation in bfloat16 has the probabilities of FP32, rounded, that sum to 1") {
  Program const program = lower_evaluation(small_resnet(), 8);
  Outcome const exact = run_once(program);

  Outcome const fused = run_once<bfloat16>(program);

  CHECK(difference(fused.values, exact.values) <= bfloat16_program_tolerance);
  for (std::size_t image = 0; image < 8; ++image) {
    auto const first = fused.values.begin() + static_cast<std::ptrdiff_t>(10 * image);
    // Probabilities are FP32: in bfloat16 they would sum to 1 within some thousandths only.
    CHECK(std::abs(std::accumulate(first, first + 10, 0.0) - 1) <= 1e-6);
  }
}

TEST_CASE("results in place of arguments change no bit, and need no more memory") {
  Program const training = parallel_modes::micro_batches(lower_training(small_resnet(), 8, 16), 2);
  Program const evaluation = lower_evaluation(small_resnet(), 8);

  for (Program const& program : {training, evaluation})
    for (bool fuses : {true, false})
      for (int threads : {1, 3}) {
        INFO("fuses: ", fuses, ", threads: ", threads);
        Outcome const apart = run_once(program, {.fusion = !fuses, .in_place = true}, threads);
        Outcome const in_place = run_once(program, {.fusion = !fuses}, threads);

        CHECK(std::memcmp(in_place.values.data(), apart.values.data(),
                          apart.values.size() * sizeof(float)) == 0);
        CHECK(in_place.arena_bytes <= apart.arena_bytes);
      }
}

TEST_CASE("ResNet-50 keeps its activations in blocks of channels, trained and evaluated") {
  Graph const graph = workloads::with_cross_entropy(models::resnet50_v15(224), 0);
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = 1});
  if (host.instructions() != devices::InstructionSet::avx512) {
    MESSAGE("SKIPPED: other processors have other blocks");
    return;
  }
  KernelTable const table = kernel_table<kernels::OneDnn>(host, Types{});
  for (Program const& program : {lower_training(graph, 16, 16), lower_evaluation(graph, 16)}) {
    Program const fitted = fitted_to(program, table);
    CHECK(reorders(fitted) == 0);
    for (Step const& step : fitted.steps)
      for (ValueIndex written : step.writes) {
        ProgramValue const& value = fitted.value(written);
        if (value.number == NumberRole::compute && value.shape.channels % 16 == 0 &&
            value.shape.height * value.shape.width > 1)
          CHECK_MESSAGE(value.layout == Layout::channels_16, value.name.view());
      }
  }
}

TEST_CASE("ResNet-50's arena: what results in place save, and that it is near the peak") {
  Graph const graph = workloads::with_cross_entropy(models::resnet50_v15(224), 0);
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = 1});
  KernelTable apart = kernel_table<kernels::OneDnn>(host, Types{});
  KernelTable const in_place = apart;
  for (KernelEntry& entry : apart.entries) entry.in_place = nullptr;
  auto arena = [](Program const& program, KernelTable const& kernels) {
    return plan_memory(fitted_to(program, kernels), NumberSizes{});
  };
  for (Program const& program : {lower_training(graph, 16, 16), lower_evaluation(graph, 16)}) {
    MemoryPlan const before = arena(program, apart), after = arena(program, in_place);
    MESSAGE("arena ", before.arena_bytes, " (peak ", before.peak_bytes, ") -> ", after.arena_bytes,
            " (peak ", after.peak_bytes, ")");

    CHECK(after.arena_bytes < before.arena_bytes);
    CHECK(after.peak_bytes <= before.peak_bytes);
    CHECK(static_cast<double>(after.arena_bytes) <= 1.05 * static_cast<double>(after.peak_bytes));
  }
}
