// SPDX-License-Identifier: Apache-2.0
/// @file Runs one kernel of any set on plain vectors, with random shapes and values, and compares
/// it with the reference. A new kernel set is tested by `check_against_reference`.
///
/// A kernel set is handed on without its type, as the table of its kernels: what runs them is then
/// compiled once, in harness.cpp, and the kernels that are tested are those of ai500's libraries.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/kernels/kernel_table.hpp>
#include <ai500/kernels/reference.hpp>

namespace ai500::testing {

/// The elements of one value. A double holds every float and 32-bit integer.
using Values = std::vector<double>;

double dot(Values const& a, Values const& b);

/// max |actual - expected| / max |expected|; not a number counts as infinite.
double relative_error(Values const& actual, Values const& expected);

/// Whether a relu's bits are those of y: 32-bit words, element i is bit i % 32 of word i / 32.
bool are_bits_of(Values const& words, Values const& y);
/// The relu's bits of y, as words.
Values bits_as_words(Values const& y);

/// The nearest numbers of a type.
Values rounded(Values values, NumberType type);
template <class T>
Values rounded(Values values) {
  return rounded(std::move(values), number_type<T>);
}

/// How far a result that is rounded once to bfloat16 may be from the exact one: half a unit in the
/// last of 8 binary places, at most 2^-8 of it, and what is computed in float before.
inline constexpr double bfloat16_tolerance = 0x1p-8 + 1e-5;
/// The same of a result that is stored as T.
template <class T>
inline constexpr double stored_tolerance = std::is_same_v<T, bfloat16> ? bfloat16_tolerance : 1e-5;

/// The elements of a value in another layout.
Values in_layout(Values const& values, Shape const& s, Layout from, Layout to);

/// What is not a number of the precision, and what is written where it was read.
template <class Operation>
struct ArgumentRoles {
  static constexpr int no_argument = -1;
  /// The argument of 32-bit integers: labels, a selection.
  static constexpr int index_read = std::is_same_v<Operation, steps::SoftmaxCrossEntropy> ||
                                            std::is_same_v<Operation, steps::MaxPoolingGradient>
                                        ? 1
                                        : no_argument;
  /// A selection, or the bits of a relu.
  static constexpr int index_write =
      std::is_same_v<Operation, steps::MaxPooling> ||
              std::is_same_v<Operation, steps::NormalizationEvaluation>
          ? 1
      : std::is_same_v<Operation, steps::NormalizationForward> ? 2
                                                               : no_argument;
  /// The read in whose place write 0 stands.
  static constexpr int updated_read = std::is_same_v<Operation, steps::Accumulate> ? 0
                                      : std::is_same_v<Operation, steps::UpdateRunningStatistics>
                                          ? 1
                                          : no_argument;
};

/// Whether arguments are numbers of the accumulating type: parameters, their gradients, statistics,
/// losses. The others, that are no indices, are activations and their gradients.
/// Sets that store weights read them as activations are stored.
template <class Operation, bool stores_weights = false>
struct AccumulatedArguments {
  template <class... Any>
  static constexpr bool is = (std::is_same_v<Operation, Any> || ...);

  static constexpr bool read(std::size_t i) {
    using namespace steps;
    if constexpr (stores_weights && is<Convolution, ConvolutionDataGradient, FullyConnected,
                                       FullyConnectedDataGradient>)
      return false;
    else if constexpr (is<Convolution, ConvolutionDataGradient, FullyConnectedDataGradient>)
      return i == 1;
    else if constexpr (is<FullyConnected, NormalizationApply>)
      return i >= 1;
    else if constexpr (is<NormalizationParameterGradient, NormalizationDataGradient,
                          SoftmaxCrossEntropy>)
      return i >= 2;
    else if constexpr (is<NormalizationForward>)
      return i == 1 || i == 2;
    else if constexpr (is<ConvolutionEvaluation>)
      return i >= 1 && i <= 4;
    else if constexpr (is<NormalizationEvaluation, NormalizationBackward>)
      return i >= 1 && i <= 3;
    else
      return is<UpdateRunningStatistics, Accumulate, StoreWeights>;
  }
  static constexpr bool write(std::size_t i) {
    using namespace steps;
    if constexpr (is<SoftmaxCrossEntropy, NormalizationForward>)
      return i == 0;
    else if constexpr (is<NormalizationBackward>)
      return i <= 1;
    else
      return is<ConvolutionFilterGradient, FullyConnectedWeightGradient, NormalizationStatistics,
                NormalizationParameterGradient, UpdateRunningStatistics, Accumulate, Softmax>;
  }
};

/// A device of a test: memory that is sent and fetched at once.
struct AnyDevice {
  std::shared_ptr<void> device;
  std::shared_ptr<std::byte> (*allocate)(void* device, std::size_t bytes);
  void (*store)(void* device, void* memory, std::span<std::byte const> bytes);
  void (*load)(void* device, void* memory, std::span<std::byte> bytes);
  void (*synchronize)(void* device);
};

/// A new device.
template <class Device>
AnyDevice any_device() {
  auto mirror = [](void* device, void* memory, std::size_t size) {
    return Mirror<std::byte, Device>(
        *static_cast<Device*>(device),
        View<std::byte, Device>(static_cast<std::byte*>(memory), static_cast<Count>(size)));
  };
  return {std::make_shared<Device>(),
          [](void* device, std::size_t bytes) {
            auto const buffer = std::make_shared<Buffer<std::byte, Device>>(
                *static_cast<Device*>(device), static_cast<Count>(bytes));
            return std::shared_ptr<std::byte>(buffer, buffer->data());
          },
          [](void* device, void* memory, std::span<std::byte const> bytes) {
            auto sent = decltype(mirror)()(device, memory, bytes.size());
            std::ranges::copy(bytes, sent.host().data());
            sent.upload();
            static_cast<Device*>(device)->synchronize();
          },
          [](void* device, void* memory, std::span<std::byte> bytes) {
            auto fetched = decltype(mirror)()(device, memory, bytes.size());
            fetched.download();
            std::copy_n(fetched.host().data(), bytes.size(), bytes.data());
          },
          [](void* device) { static_cast<Device*>(device)->synchronize(); }};
}

/// The kernels of a set for the types of one precision, on a device of their own.
struct AnyKernels {
  AnyDevice device;
  KernelTable table;
};

/// The kernels of a set: activations are numbers T; what is accumulated is a float beside 16-bit
/// ones, else T, too.
template <class Kernels, class T>
AnyKernels any_kernels() {
  using Device = typename Kernels::Device;
  AnyDevice device = any_device<Device>();
  KernelTable table = kernel_table<Kernels>(*static_cast<Device*>(device.device.get()),
                                            {number_type<T>, number_type<Computed<T>>});
  return {std::move(device), std::move(table)};
}

/// A step's kernel, prepared once, that runs on host vectors. Checks at each run that the kernel
/// writes every element of its results, nothing behind them, and nothing it only reads.
class AnyStepRunner {
 public:
  AnyStepRunner(AnyKernels kernels, StepOperation const& what, Shapes shapes);

  /// What the kernel writes, given what it reads.
  std::vector<Values> operator()(std::vector<Values> const& reads);

 private:
  std::shared_ptr<std::byte> allocate(Shape const& shape, NumberType type);
  void store(Values const& values, void* memory, NumberType type);
  Values load(void* memory, std::size_t size, NumberType type);

  AnyKernels kernels_;
  Shapes shapes_;
  std::vector<NumberType> read_types_, write_types_;
  int updated_read_, index_write_;
  double poison_;  // exact in all types, no kernel's result
  PreparedKernel prepared_;
  std::vector<std::shared_ptr<std::byte>> buffers_;
  std::vector<void*> reads_, writes_;
};

template <class Kernels, class T, class Operation>
class StepRunner : public AnyStepRunner {
 public:
  StepRunner(Operation const& what, Shapes shapes)
      : AnyStepRunner(any_kernels<Kernels, T>(), what, std::move(shapes)) {}
};

/// The first of the layouts that a set's kernel chooses; plain where it does not choose.
StepLayouts chosen_layouts(AnyKernels const& kernels, StepOperation const& what,
                           Shapes const& shapes);
template <class Kernels, class T, class Operation>
StepLayouts chosen_layouts(Operation const& what, Shapes const& shapes) {
  return chosen_layouts(any_kernels<Kernels, T>(), what, shapes);
}

/// Runs a step once.
std::vector<Values> run_step(AnyKernels kernels, StepOperation const& what, Shapes const& shapes,
                             std::vector<Values> const& reads);
template <class Kernels, class T, class Operation>
std::vector<Values> run_step(Operation const& what, Shapes const& shapes,
                             std::vector<Values> const& reads) {
  return run_step(any_kernels<Kernels, T>(), StepOperation(what), shapes, reads);
}

/// Random numbers of the tests: a fixed seed, no std distribution.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  Count between(Count least, Count most) {
    return least + static_cast<Count>(engine_() % static_cast<std::uint64_t>(most - least + 1));
  }
  /// Between `least` and 1 in magnitude, of both signs; a float.
  double number(double least = 0.05) {
    double const unit = static_cast<double>(engine_() >> 11) * 0x1p-53;
    double const magnitude = least + (1 - least) * unit;
    return static_cast<float>(engine_() % 2 == 0 ? magnitude : -magnitude);
  }
  Values numbers(Shape const& shape) {
    Values values(static_cast<std::size_t>(shape.elements()));
    for (double& value : values) value = number();
    return values;
  }
  /// No two nearer than 1/16, in random order.
  Values distinct(Shape const& shape) {
    Values values(static_cast<std::size_t>(shape.elements()));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = (static_cast<double>(i) - static_cast<double>(values.size() / 2)) / 16;
    for (std::size_t i = values.size(); i > 1; --i)
      std::swap(values[i - 1],
                values[static_cast<std::size_t>(between(0, static_cast<Count>(i) - 1))]);
    return values;
  }

 private:
  std::mt19937_64 engine_;
};

/// A window, also rectangular, and an image's height and width that it fits.
Window random_window(Random& random);
Shape random_image(Random& random, Window const& window, Count channels);

/// One convolution's shapes; groups divide the channels, up to one channel a group.
struct ConvolutionCase {
  Window window;
  Count groups;
  Shape x, weight, y;
};
ConvolutionCase random_convolution(Random& random);

/// A step with its shapes.
template <class Operation>
struct StepCase {
  Operation what;
  Shapes shapes;
};

using AnyStepCase = StepCase<StepOperation>;

/// Random shapes for any step of KernelSteps that is not fused.
AnyStepCase random_case(StepOperation const& kind, Random& random);
template <class Operation>
StepCase<Operation> random_case(Random& random) {
  AnyStepCase one = random_case(Operation{}, random);
  return {std::get<Operation>(one.what), std::move(one.shapes)};
}

/// Makes the kernels anew, on a new device.
using MakeKernels = AnyKernels (*)();

/// Random values of what a step reads: variances positive, labels in range, no ties in a maximum. A
/// max pooling gradient's selection comes from the set's own max pooling.
std::vector<Values> random_reads(MakeKernels kernels, AnyStepCase const& one, Random& random);
template <class Kernels, class T, class Operation>
std::vector<Values> random_reads(StepCase<Operation> const& one, Random& random) {
  return random_reads(&any_kernels<Kernels, T>, AnyStepCase{one.what, one.shapes}, random);
}

/// How far from the reference a kernel's results are: those that are stored as activations, and
/// those that are accumulated.
struct Difference {
  double stored = 0;
  double accumulated = 0;
};

/// The greatest `relative_error` of a set's kernel for one step, in numbers T, to the reference in
/// double, over 25 random shapes, both given numbers that are rounded to T. Selections are compared
/// through the gradient they lead to.
Difference difference_from_reference(MakeKernels kernels, StepOperation const& kind);
template <class Kernels, class T, class Operation>
Difference difference_from_reference() {
  return difference_from_reference(&any_kernels<Kernels, T>, Operation{});
}

/// Where windows of a pooling overlap, a kernel may add their gradients up as they are stored: so
/// many roundings more than one.
template <class Operation>
constexpr double stored_sums = std::is_same_v<Operation, steps::MaxPoolingGradient> ||
                                       std::is_same_v<Operation, steps::AveragePoolingGradient>
                                   ? 4
                                   : 1;

/// Each kernel that a set and the reference have: `difference_from_reference` is at most
/// `tolerance` where activations are stored, and `accumulated_tolerance` where numbers are
/// accumulated.
void check_against_reference(MakeKernels kernels, double tolerance, double accumulated_tolerance,
                             std::span<StepOperation const> kinds);
template <class Kernels, class T, class... Operation>
void check_against_reference(double tolerance, double accumulated_tolerance,
                             TypeList<Operation...>) {
  StepOperation const kinds[] = {Operation{}...};
  check_against_reference(&any_kernels<Kernels, T>, tolerance, accumulated_tolerance, kinds);
}
template <class Kernels, class T>
void check_against_reference(double tolerance, double accumulated_tolerance) {
  check_against_reference<Kernels, T>(tolerance, accumulated_tolerance, KernelSteps{});
}
template <class Kernels, class T>
void check_against_reference(double tolerance) {
  check_against_reference<Kernels, T>(tolerance, tolerance);
}

/// The gradient of f at x by central differences of fourth order: (8 (f(x + h) - f(x - h)) - (f(x +
/// 2 h) - f(x - 2 h))) / 12 h with h = 2^-10. In double the truncation h^4 f''''' / 30 is about
/// 1e-13 and the rounding 1e-16 |f| / h about 1e-12 for values near 1.
Values numeric_gradient(std::function<double(Values const&)> const& f, Values x);

/// How far a gradient may be from the numeric one: `relative_error`, the largest difference over
/// the largest element.
inline constexpr double gradient_tolerance = 1e-6;
/// Random shapes that each gradient is checked on.
inline constexpr int gradient_cases = 20;

}  // namespace ai500::testing
