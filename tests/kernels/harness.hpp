// SPDX-License-Identifier: Apache-2.0
/// @file Runs one kernel of any set on plain vectors, with random shapes and values, and compares
/// it with the reference. A new kernel set is tested by `check_against_reference`.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/kernels/reference.hpp>

namespace ai500::testing {

/// The elements of one value. A double holds every float and 32-bit integer.
using Values = std::vector<double>;

inline double dot(Values const& a, Values const& b) {
  REQUIRE(a.size() == b.size());
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// max |actual - expected| / max |expected|; not a number counts as infinite.
inline double relative_error(Values const& actual, Values const& expected) {
  REQUIRE(actual.size() == expected.size());
  double difference = 0, greatest = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    double const one = std::abs(actual[i] - expected[i]);
    difference = std::max(difference, one >= 0 ? one : std::numeric_limits<double>::infinity());
    greatest = std::max(greatest, std::abs(expected[i]));
  }
  return difference / std::max(greatest, std::numeric_limits<double>::min());
}

/// The nearest numbers T.
template <class T>
Values rounded(Values values) {
  for (double& value : values) value = static_cast<double>(static_cast<T>(value));
  return values;
}

/// How far a result that is rounded once to bfloat16 may be from the exact one: half a unit in the
/// last of 8 binary places, at most 2^-8 of it, and what is computed in float before.
inline constexpr double bfloat16_tolerance = 0x1p-8 + 1e-5;
/// The same of a result that is stored as T.
template <class T>
inline constexpr double stored_tolerance = std::is_same_v<T, bfloat16> ? bfloat16_tolerance : 1e-5;

/// The elements of a value in another layout.
inline Values in_layout(Values const& values, Shape const& s, Layout from, Layout to) {
  auto place = [&](Layout layout, Count n, Count c, Count h, Count w) {
    return static_cast<std::size_t>(element_index(layout, s, n, c, h, w));
  };
  Values result(values.size());
  for (Count n = 0; n < s.items; ++n)
    for (Count c = 0; c < s.channels; ++c)
      for (Count h = 0; h < s.height; ++h)
        for (Count w = 0; w < s.width; ++w)
          result[place(to, n, c, h, w)] = values[place(from, n, c, h, w)];
  return result;
}

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

/// A step's kernel, prepared once, that runs on host vectors. Activations are numbers T; what is
/// accumulated is a float beside 16-bit ones, else T, too. Checks at each run that the kernel
/// writes every element of its results, nothing behind them, and nothing it only reads.
template <class Kernels, class T, class Operation>
class StepRunner {
 public:
  StepRunner(Operation const& what, Shapes shapes)
      : shapes_(std::move(shapes)),
        bits_read_(bits_read(what)),
        prepared_(Kernels::template for_operation<Operation>::prepare(
            device_, what, shapes_, {number_type<T>, number_type<Computed<T>>})) {
    for (std::size_t i = 0; i < shapes_.reads.size(); ++i)
      read_buffers_.push_back(place(shapes_.reads[i], reads_, read_type(i)));
    for (std::size_t i = 0; i < shapes_.writes.size(); ++i)
      write_buffers_.push_back(place(shapes_.writes[i], writes_, write_type(i)));
    if constexpr (Roles::updated_read >= 0)
      writes_[0] = reads_[static_cast<std::size_t>(Roles::updated_read)];
  }

  /// What the kernel writes, given what it reads.
  std::vector<Values> operator()(std::vector<Values> const& reads) {
    REQUIRE(reads.size() == shapes_.reads.size());
    for (std::size_t i = 0; i < writes_.size(); ++i)
      store(Values(elements(shapes_.writes[i]) + guards, poison), writes_[i], write_type(i));
    for (std::size_t i = 0; i < reads_.size(); ++i) {
      REQUIRE(reads[i].size() == elements(shapes_.reads[i]));
      store(guarded(reads[i]), reads_[i], read_type(i));
    }

    prepared_.run(Arguments(reads_, writes_));
    device_.synchronize();

    for (std::size_t i = 0; i < reads_.size(); ++i)
      if (!is(i, Roles::updated_read))
        CHECK(load(reads_[i], reads[i].size() + guards, read_type(i)) ==
              as_stored(guarded(reads[i]), read_type(i)));
    std::vector<Values> results;
    for (std::size_t i = 0; i < writes_.size(); ++i) {
      Values result = load(writes_[i], elements(shapes_.writes[i]) + guards, write_type(i));
      std::size_t const end = result.size() - guards;
      CHECK(std::all_of(result.begin() + static_cast<std::ptrdiff_t>(end), result.end(),
                        [](double guard) { return guard == poison; }));
      result.resize(end);
      // A selection is the kernel's own: it need not use all of it.
      if (!is(i, Roles::index_write))
        CHECK(std::none_of(result.begin(), result.end(), [](double x) { return x == poison; }));
      results.push_back(std::move(result));
    }
    return results;
  }

 private:
  using Device = typename Kernels::Device;
  using Roles = ArgumentRoles<Operation>;
  using Accumulated = AccumulatedArguments<Operation, HasKernelFor<Kernels, steps::StoreWeights>>;
  static constexpr std::size_t guards = 16;  // elements behind each value
  // Exact in all types, no kernel's result.
  static constexpr double poison = std::is_same_v<T, half> ? -0x1p15 : -0x1p30;

  /// Which read is the bits of a relu.
  static int bits_read(Operation const& what) {
    if constexpr (std::is_same_v<Operation, steps::NormalizationBackward>)
      if (what.mask == steps::ReluMask::bits) return 4 + what.gradients;
    return Roles::no_argument;
  }

  static bool is(std::size_t i, int role) { return static_cast<int>(i) == role; }
  static std::size_t elements(Shape const& shape) {
    return static_cast<std::size_t>(shape.elements());
  }
  static Values guarded(Values values) {
    values.resize(values.size() + guards, poison);
    return values;
  }

  static NumberType type(bool index, bool accumulated) {
    if (index) return NumberType::int32;
    return accumulated ? number_type<Computed<T>> : number_type<T>;
  }
  NumberType read_type(std::size_t i) const {
    return type(is(i, Roles::index_read) || is(i, bits_read_), Accumulated::read(i));
  }
  static NumberType write_type(std::size_t i) {
    return type(is(i, Roles::index_write), Accumulated::write(i));
  }

  /// call(Number{}), a number of that type.
  template <class Call>
  static auto with_type(NumberType type, Call const& call) {
    switch (type) {
      case NumberType::int32:
        return call(std::int32_t{});
      case NumberType::float32:
        return call(float{});
      case NumberType::bfloat16:
        return call(bfloat16{});
      case NumberType::float16:
        return call(half{});
      case NumberType::float64:
        break;
    }
    return call(double{});
  }

  static Values as_stored(Values values, NumberType type) {
    with_type(type, [&]<class Number>(Number) {
      for (double& value : values) value = static_cast<double>(static_cast<Number>(value));
    });
    return values;
  }

  Buffer<std::byte, Device> place(Shape const& shape, std::vector<void*>& places, NumberType type) {
    std::size_t const bytes = (elements(shape) + guards) * size_in_bytes(type);
    Buffer<std::byte, Device> buffer(device_, static_cast<Count>(bytes));
    places.push_back(buffer.data());
    return buffer;
  }

  void store(Values const& values, void* memory, NumberType type) {
    with_type(type, [&]<class Number>(Number) {
      auto mirror = mirror_of(static_cast<Number*>(memory), values.size());
      std::transform(values.begin(), values.end(), mirror.host().data(),
                     [](double value) { return static_cast<Number>(value); });
      mirror.upload();
      device_.synchronize();
    });
  }
  Values load(void* memory, std::size_t size, NumberType type) {
    return with_type(type, [&]<class Number>(Number) {
      auto mirror = mirror_of(static_cast<Number*>(memory), size);
      mirror.download();
      Number const* const numbers = mirror.host().data();
      Values values(size);
      std::transform(numbers, numbers + size, values.begin(),
                     [](Number number) { return static_cast<double>(number); });
      return values;
    });
  }

  template <class Number>
  Mirror<Number, Device> mirror_of(Number* memory, std::size_t size) {
    return {device_, View<Number, Device>(memory, static_cast<Count>(size))};
  }

  Device device_;
  Shapes shapes_;
  int bits_read_;
  typename Kernels::template for_operation<Operation>::Prepared prepared_;
  std::vector<Buffer<std::byte, Device>> read_buffers_, write_buffers_;
  std::vector<void*> reads_, writes_;
};

/// The first of the layouts that a set's kernel chooses; plain where it does not choose.
template <class Kernels, class T, class Operation>
StepLayouts chosen_layouts(Operation const& what, Shapes const& shapes) {
  using Kernel = typename Kernels::template for_operation<Operation>;
  typename Kernels::Device device;
  Types const types{number_type<T>, number_type<Computed<T>>};
  if constexpr (ChoosesLayouts<Kernel, typename Kernels::Device>)
    return Kernel::layouts(device, what, shapes, types).front();
  return {};
}

/// Runs a step once.
template <class Kernels, class T, class Operation>
std::vector<Values> run_step(Operation const& what, Shapes const& shapes,
                             std::vector<Values> const& reads) {
  return StepRunner<Kernels, T, Operation>(what, shapes)(reads);
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
inline Window random_window(Random& random) {
  Window window;
  window.kernel = {random.between(1, 4), random.between(1, 4)};
  window.stride = {random.between(1, 3), random.between(1, 3)};
  window.padding = {random.between(0, window.kernel.height - 1),
                    random.between(0, window.kernel.width - 1)};
  if (random.between(0, 4) == 0) window = {};  // 1x1: the image is its own columns
  return window;
}
inline Shape random_image(Random& random, Window const& window, Count channels) {
  return {random.between(1, 3), channels, random.between(window.kernel.height, 7),
          random.between(window.kernel.width, 7)};
}

/// One convolution's shapes; groups divide the channels, up to one channel a group.
struct ConvolutionCase {
  Window window;
  Count groups;
  Shape x, weight, y;
};
inline ConvolutionCase random_convolution(Random& random) {
  Window const window = random_window(random);
  Count const groups = random.between(1, 3);
  Count const inputs = random.between(1, 3), outputs = random.between(1, 3);  // of a group
  Shape const x = random_image(random, window, groups * inputs);
  Extent const out = window_positions(window, x);
  return {window,
          groups,
          x,
          {groups * outputs, inputs, window.kernel.height, window.kernel.width},
          {x.items, groups * outputs, out.height, out.width}};
}

/// A step with its shapes.
template <class Operation>
struct StepCase {
  Operation what;
  Shapes shapes;
};

/// Random shapes for any step of KernelSteps.
template <class Operation>
StepCase<Operation> random_case(Random& random) {
  using namespace steps;
  auto is = []<class... Any>(TypeList<Any...>) { return (std::is_same_v<Operation, Any> || ...); };
  if constexpr (is(TypeList<steps::Convolution, ConvolutionDataGradient,
                            ConvolutionFilterGradient>{})) {
    ConvolutionCase const c = random_convolution(random);
    Operation const what{c.window, c.groups};
    if constexpr (is(TypeList<steps::Convolution>{})) return {what, {{c.x, c.weight}, {c.y}}};
    if constexpr (is(TypeList<ConvolutionDataGradient>{})) return {what, {{c.y, c.weight}, {c.x}}};
    if constexpr (is(TypeList<ConvolutionFilterGradient>{}))
      return {what, {{c.x, c.y}, {c.weight}}};
  } else if constexpr (is(TypeList<MaxPooling, MaxPoolingGradient, AveragePooling,
                                   AveragePoolingGradient>{})) {
    Operation const what{random_window(random)};
    Shape const x = random_image(random, what.window, random.between(1, 3));
    Extent const out = window_positions(what.window, x);
    Shape const y{x.items, x.channels, out.height, out.width};
    if constexpr (is(TypeList<MaxPooling>{})) return {what, {{x}, {y, y}}};
    if constexpr (is(TypeList<MaxPoolingGradient>{})) return {what, {{y, y}, {x}}};
    if constexpr (is(TypeList<AveragePooling>{})) return {what, {{x}, {y}}};
    if constexpr (is(TypeList<AveragePoolingGradient>{})) return {what, {{y}, {x}}};
  } else {
    Shape const x{random.between(2, 4), random.between(1, 5), random.between(1, 5),
                  random.between(2, 5)};
    Shape const channels{.items = x.channels}, statistics{.items = 2, .channels = x.channels};
    Shape const outputs{.items = random.between(1, 7)};
    Shape const weight{.items = outputs.items, .channels = x.item_elements()};
    Shape const y{.items = x.items, .channels = outputs.items};
    Shape const logits{.items = x.items, .channels = random.between(2, 9)};
    if constexpr (is(TypeList<steps::FullyConnected>{})) return {{}, {{x, weight, outputs}, {y}}};
    if constexpr (is(TypeList<FullyConnectedDataGradient>{})) return {{}, {{y, weight}, {x}}};
    if constexpr (is(TypeList<FullyConnectedWeightGradient>{}))
      return {{}, {{x, y}, {weight, outputs}}};
    if constexpr (is(TypeList<NormalizationStatistics>{})) return {{}, {{x}, {statistics}}};
    if constexpr (is(TypeList<NormalizationApply>{}))
      return {{1e-3}, {{x, statistics, channels, channels}, {x}}};
    if constexpr (is(TypeList<NormalizationParameterGradient>{}))
      return {{1e-3}, {{x, x, statistics}, {channels, channels}}};
    if constexpr (is(TypeList<NormalizationDataGradient>{}))
      return {{1e-3}, {{x, x, statistics, channels, channels, channels}, {x}}};
    if constexpr (is(TypeList<UpdateRunningStatistics>{}))
      return {{0.1, 3, 1.25}, {{statistics, statistics}, {statistics}}};
    if constexpr (is(TypeList<steps::Relu>{})) return {{}, {{x}, {x}}};
    if constexpr (is(TypeList<ReluGradient, steps::Add, SumGradients, Accumulate>{}))
      return {{}, {{x, x}, {x}}};
    if constexpr (is(TypeList<Softmax>{})) return {{}, {{logits}, {logits}}};
    if constexpr (is(TypeList<steps::SoftmaxCrossEntropy>{}))
      return {{0.1, 0.25}, {{logits, {.items = logits.items}}, {{}, logits}}};
  }
}

/// Random values of what a step reads: variances positive, labels in range, no ties in a maximum. A
/// max pooling gradient's selection comes from the set's own max pooling.
template <class Kernels, class T, class Operation>
std::vector<Values> random_reads(StepCase<Operation> const& one, Random& random) {
  std::vector<Values> reads;
  for (Shape const& shape : one.shapes.reads) reads.push_back(random.numbers(shape));
  auto make_variances_positive = [&](std::size_t i) {
    for (std::size_t j = reads[i].size() / 2; j < reads[i].size(); ++j)
      reads[i][j] = std::abs(reads[i][j]);
  };
  if constexpr (std::is_same_v<Operation, steps::NormalizationApply>) make_variances_positive(1);
  if constexpr (std::is_same_v<Operation, steps::NormalizationParameterGradient> ||
                std::is_same_v<Operation, steps::NormalizationDataGradient>)
    make_variances_positive(2);
  if constexpr (std::is_same_v<Operation, steps::UpdateRunningStatistics>) {
    make_variances_positive(0);
    make_variances_positive(1);
  }
  if constexpr (std::is_same_v<Operation, steps::MaxPooling>)
    reads[0] = random.distinct(one.shapes.reads[0]);
  if constexpr (std::is_same_v<Operation, steps::SoftmaxCrossEntropy>)
    for (double& label : reads[1])
      label = static_cast<double>(random.between(0, one.shapes.reads[0].channels - 1));
  if constexpr (std::is_same_v<Operation, steps::MaxPoolingGradient>)
    reads[1] =
        run_step<Kernels, T>(steps::MaxPooling{one.what.window},
                             {{one.shapes.writes[0]}, {one.shapes.reads[0], one.shapes.reads[0]}},
                             {random.distinct(one.shapes.writes[0])})[1];
  return reads;
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
template <class Kernels, class T, class Operation>
Difference difference_from_reference() {
  using Roles = ArgumentRoles<Operation>;
  Difference worst;
  auto rounded_reads = [](std::vector<Values> reads) {
    for (std::size_t i = 0; i < reads.size(); ++i)
      if (static_cast<int>(i) != Roles::index_read) reads[i] = rounded<T>(std::move(reads[i]));
    return reads;
  };
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    Random random(seed), again(seed);
    auto const one = random_case<Operation>(random);
    random_case<Operation>(again);

    auto const results = run_step<Kernels, T>(one.what, one.shapes,
                                              rounded_reads(random_reads<Kernels, T>(one, random)));
    auto const expected = run_step<kernels::Reference, double>(
        one.what, one.shapes, rounded_reads(random_reads<kernels::Reference, double>(one, again)));

    for (std::size_t i = 0; i < results.size(); ++i) {
      if (static_cast<int>(i) == Roles::index_write) continue;
      double& difference =
          AccumulatedArguments<Operation>::write(i) ? worst.accumulated : worst.stored;
      difference = std::max(difference, relative_error(results[i], expected[i]));
    }
  }
  return worst;
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
template <class Kernels, class T, class... Operation>
void check_against_reference(double tolerance, double accumulated_tolerance,
                             TypeList<Operation...>) {
  auto check = [&]<class One>(One) {
    // Fused steps and reorders have no reference of their own: their sets' tests compare them with
    // the steps they join, and go there and back.
    if constexpr (HasKernelFor<Kernels, One> && HasKernelFor<kernels::Reference, One>) {
      INFO("step: ", std::string(One::name));
      Difference const difference = difference_from_reference<Kernels, T, One>();
      CHECK(difference.stored <= tolerance * (SixteenBitNumber<T> ? stored_sums<One> : 1));
      CHECK(difference.accumulated <= accumulated_tolerance);
    }
  };
  (check(Operation{}), ...);
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
template <class F>
Values numeric_gradient(F const& f, Values x) {
  constexpr double h = 0x1p-10;
  Values gradient(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const center = x[i];
    auto at = [&](double offset) {
      x[i] = center + offset;
      return f(x);
    };
    double const near = at(h) - at(-h), far = at(2 * h) - at(-2 * h);
    gradient[i] = (8 * near - far) / (12 * h);
    x[i] = center;
  }
  return gradient;
}

/// How far a gradient may be from the numeric one: `relative_error`, the largest difference over
/// the largest element.
inline constexpr double gradient_tolerance = 1e-6;
/// Random shapes that each gradient is checked on.
inline constexpr int gradient_cases = 20;

}  // namespace ai500::testing
