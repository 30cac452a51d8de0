// SPDX-License-Identifier: Apache-2.0
#include "harness.hpp"

#include <cstring>
#include <numeric>

namespace ai500::testing {

double dot(Values const& a, Values const& b) {
  REQUIRE(a.size() == b.size());
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double relative_error(Values const& actual, Values const& expected) {
  REQUIRE(actual.size() == expected.size());
  double difference = 0, greatest = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    double const one = std::abs(actual[i] - expected[i]);
    difference = std::max(difference, one >= 0 ? one : std::numeric_limits<double>::infinity());
    greatest = std::max(greatest, std::abs(expected[i]));
  }
  return difference / std::max(greatest, std::numeric_limits<double>::min());
}

bool are_bits_of(Values const& words, Values const& y) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    auto const word = static_cast<std::uint32_t>(static_cast<std::int64_t>(words[i / 32]));
    if ((word >> i % 32 & 1) != static_cast<std::uint32_t>(y[i] > 0)) return false;
  }
  return true;
}

Values bits_as_words(Values const& y) {
  Values words((y.size() + 31) / 32);
  for (std::size_t w = 0; w < words.size(); ++w) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 32 && 32 * w + i < y.size(); ++i)
      word |= static_cast<std::uint32_t>(y[32 * w + i] > 0) << i;
    words[w] = static_cast<double>(static_cast<std::int32_t>(word));
  }
  return words;
}

namespace {

constexpr std::size_t guards = 16;  // elements behind each value

/// call(Number{}), a number of that type.
template <class Call>
auto with_type(NumberType type, Call const& call) {
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

std::size_t elements(Shape const& shape) { return static_cast<std::size_t>(shape.elements()); }

bool is(std::size_t i, int role) { return static_cast<int>(i) == role; }

/// What a step's arguments are.
struct Roles {
  int index_read, bits_read, index_write, updated_read;
  bool (*read_is_accumulated)(std::size_t);
  bool (*write_is_accumulated)(std::size_t);
};

/// Which read is the bits of a relu.
template <class Operation>
int bits_read(Operation const& what) {
  if constexpr (std::is_same_v<Operation, steps::NormalizationBackward>)
    if (what.mask == steps::ReluMask::bits) return 4 + what.gradients;
  return ArgumentRoles<Operation>::no_argument;
}

Roles roles_of(StepOperation const& what, bool stores_weights) {
  return std::visit(
      [&]<class Operation>(Operation const& one) {
        using Of = ArgumentRoles<Operation>;
        return Roles{Of::index_read,
                     bits_read(one),
                     Of::index_write,
                     Of::updated_read,
                     stores_weights ? &AccumulatedArguments<Operation, true>::read
                                    : &AccumulatedArguments<Operation>::read,
                     &AccumulatedArguments<Operation>::write};
      },
      what);
}

bool has_kernel_for(AnyKernels const& kernels, StepOperation const& what) {
  KernelEntry const* const found = kernels.table.find(what);
  return found != nullptr && found->prepare != nullptr;
}

KernelEntry const& entry(AnyKernels const& kernels, StepOperation const& what) {
  REQUIRE(has_kernel_for(kernels, what));
  return *kernels.table.find(what);
}

Values guarded(Values values, double poison) {
  values.resize(values.size() + guards, poison);
  return values;
}

}  // namespace

Values rounded(Values values, NumberType type) {
  with_type(type, [&]<class Number>(Number) {
    for (double& value : values) value = static_cast<double>(static_cast<Number>(value));
  });
  return values;
}

Values in_layout(Values const& values, Shape const& s, Layout from, Layout to) {
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

AnyStepRunner::AnyStepRunner(AnyKernels kernels, StepOperation const& what, Shapes shapes)
    : kernels_(std::move(kernels)),
      shapes_(std::move(shapes)),
      poison_(kernels_.table.types.compute == NumberType::float16 ? -0x1p15 : -0x1p30),
      prepared_(entry(kernels_, what)
                    .prepare(kernels_.device.device.get(), what, shapes_, kernels_.table.types)) {
  Roles const roles = roles_of(what, has_kernel_for(kernels_, steps::StoreWeights{}));
  auto type = [&](bool index, bool accumulated) {
    if (index) return NumberType::int32;
    return accumulated ? kernels_.table.types.accumulate : kernels_.table.types.compute;
  };
  updated_read_ = roles.updated_read;
  index_write_ = roles.index_write;
  for (std::size_t i = 0; i < shapes_.reads.size(); ++i) {
    read_types_.push_back(
        type(is(i, roles.index_read) || is(i, roles.bits_read), roles.read_is_accumulated(i)));
    reads_.push_back(allocate(shapes_.reads[i], read_types_[i]).get());
  }
  for (std::size_t i = 0; i < shapes_.writes.size(); ++i) {
    write_types_.push_back(type(is(i, index_write_), roles.write_is_accumulated(i)));
    writes_.push_back(allocate(shapes_.writes[i], write_types_[i]).get());
  }
  if (updated_read_ >= 0) writes_[0] = reads_[static_cast<std::size_t>(updated_read_)];
}

std::vector<Values> AnyStepRunner::operator()(std::vector<Values> const& reads) {
  REQUIRE(reads.size() == shapes_.reads.size());
  for (std::size_t i = 0; i < writes_.size(); ++i)
    store(Values(elements(shapes_.writes[i]) + guards, poison_), writes_[i], write_types_[i]);
  for (std::size_t i = 0; i < reads_.size(); ++i) {
    REQUIRE(reads[i].size() == elements(shapes_.reads[i]));
    store(guarded(reads[i], poison_), reads_[i], read_types_[i]);
  }

  prepared_.run(Arguments(reads_, writes_));
  kernels_.device.synchronize(kernels_.device.device.get());

  for (std::size_t i = 0; i < reads_.size(); ++i)
    if (!is(i, updated_read_))
      CHECK(load(reads_[i], reads[i].size() + guards, read_types_[i]) ==
            rounded(guarded(reads[i], poison_), read_types_[i]));
  std::vector<Values> results;
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    Values result = load(writes_[i], elements(shapes_.writes[i]) + guards, write_types_[i]);
    std::size_t const end = result.size() - guards;
    CHECK(std::all_of(result.begin() + static_cast<std::ptrdiff_t>(end), result.end(),
                      [this](double guard) { return guard == poison_; }));
    result.resize(end);
    // A selection is the kernel's own: it need not use all of it.
    if (!is(i, index_write_))
      CHECK(std::none_of(result.begin(), result.end(), [this](double x) { return x == poison_; }));
    results.push_back(std::move(result));
  }
  return results;
}

std::shared_ptr<std::byte> AnyStepRunner::allocate(Shape const& shape, NumberType type) {
  buffers_.push_back(kernels_.device.allocate(kernels_.device.device.get(),
                                              (elements(shape) + guards) * size_in_bytes(type)));
  return buffers_.back();
}

void AnyStepRunner::store(Values const& values, void* memory, NumberType type) {
  with_type(type, [&]<class Number>(Number) {
    std::vector<Number> numbers(values.size());
    std::transform(values.begin(), values.end(), numbers.begin(),
                   [](double value) { return static_cast<Number>(value); });
    kernels_.device.store(kernels_.device.device.get(), memory, std::as_bytes(std::span(numbers)));
  });
}

Values AnyStepRunner::load(void* memory, std::size_t size, NumberType type) {
  return with_type(type, [&]<class Number>(Number) {
    std::vector<Number> numbers(size);
    kernels_.device.load(kernels_.device.device.get(), memory,
                         std::as_writable_bytes(std::span(numbers)));
    Values values(size);
    std::transform(numbers.begin(), numbers.end(), values.begin(),
                   [](Number number) { return static_cast<double>(number); });
    return values;
  });
}

std::vector<Values> run_step(AnyKernels kernels, StepOperation const& what, Shapes const& shapes,
                             std::vector<Values> const& reads) {
  return AnyStepRunner(std::move(kernels), what, shapes)(reads);
}

StepLayouts chosen_layouts(AnyKernels const& kernels, StepOperation const& what,
                           Shapes const& shapes) {
  KernelEntry const& kernel = entry(kernels, what);
  if (kernel.layouts == nullptr) return {};
  return kernel.layouts(kernels.device.device.get(), what, shapes, kernels.table.types).front();
}

Window random_window(Random& random) {
  Window window;
  window.kernel = {random.between(1, 4), random.between(1, 4)};
  window.stride = {random.between(1, 3), random.between(1, 3)};
  window.padding = {random.between(0, window.kernel.height - 1),
                    random.between(0, window.kernel.width - 1)};
  if (random.between(0, 4) == 0) window = {};  // 1x1: the image is its own columns
  return window;
}
Shape random_image(Random& random, Window const& window, Count channels) {
  return {random.between(1, 3), channels, random.between(window.kernel.height, 7),
          random.between(window.kernel.width, 7)};
}

ConvolutionCase random_convolution(Random& random) {
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

namespace {

template <class Operation>
AnyStepCase random_case_of(Random& random) {
  using namespace steps;
  auto is = []<class... Any>(TypeList<Any...>) { return (std::is_same_v<Operation, Any> || ...); };
  if constexpr (is(TypeList<steps::Convolution, ConvolutionDataGradient,
                            ConvolutionFilterGradient>{})) {
    ConvolutionCase const c = random_convolution(random);
    Operation const what{c.window, c.groups};
    if constexpr (is(TypeList<steps::Convolution>{})) return {what, Shapes{{c.x, c.weight}, {c.y}}};
    if constexpr (is(TypeList<ConvolutionDataGradient>{}))
      return {what, Shapes{{c.y, c.weight}, {c.x}}};
    if constexpr (is(TypeList<ConvolutionFilterGradient>{}))
      return {what, Shapes{{c.x, c.y}, {c.weight}}};
  } else if constexpr (is(TypeList<MaxPooling, MaxPoolingGradient, AveragePooling,
                                   AveragePoolingGradient>{})) {
    Operation const what{random_window(random)};
    Shape const x = random_image(random, what.window, random.between(1, 3));
    Extent const out = window_positions(what.window, x);
    Shape const y{x.items, x.channels, out.height, out.width};
    if constexpr (is(TypeList<MaxPooling>{})) return {what, Shapes{{x}, {y, y}}};
    if constexpr (is(TypeList<MaxPoolingGradient>{})) return {what, Shapes{{y, y}, {x}}};
    if constexpr (is(TypeList<AveragePooling>{})) return {what, Shapes{{x}, {y}}};
    if constexpr (is(TypeList<AveragePoolingGradient>{})) return {what, Shapes{{y}, {x}}};
  } else if constexpr (HasKernelFor<kernels::Reference, Operation>) {
    Shape const x{random.between(2, 4), random.between(1, 5), random.between(1, 5),
                  random.between(2, 5)};
    Shape const channels{.items = x.channels}, statistics{.items = 2, .channels = x.channels};
    Shape const outputs{.items = random.between(1, 7)};
    Shape const weight{.items = outputs.items, .channels = x.item_elements()};
    Shape const y{.items = x.items, .channels = outputs.items};
    Shape const logits{.items = x.items, .channels = random.between(2, 9)};
    if constexpr (is(TypeList<steps::FullyConnected>{}))
      return {Operation{}, Shapes{{x, weight, outputs}, {y}}};
    if constexpr (is(TypeList<FullyConnectedDataGradient>{}))
      return {Operation{}, Shapes{{y, weight}, {x}}};
    if constexpr (is(TypeList<FullyConnectedWeightGradient>{}))
      return {Operation{}, Shapes{{x, y}, {weight, outputs}}};
    if constexpr (is(TypeList<NormalizationStatistics>{}))
      return {Operation{}, Shapes{{x}, {statistics}}};
    if constexpr (is(TypeList<NormalizationApply>{}))
      return {Operation{1e-3}, Shapes{{x, statistics, channels, channels}, {x}}};
    if constexpr (is(TypeList<NormalizationParameterGradient>{}))
      return {Operation{1e-3}, Shapes{{x, x, statistics}, {channels, channels}}};
    if constexpr (is(TypeList<NormalizationDataGradient>{}))
      return {Operation{1e-3}, Shapes{{x, x, statistics, channels, channels, channels}, {x}}};
    if constexpr (is(TypeList<UpdateRunningStatistics>{}))
      return {Operation{0.1, 3, 1.25}, Shapes{{statistics, statistics}, {statistics}}};
    if constexpr (is(TypeList<steps::Relu>{})) return {Operation{}, Shapes{{x}, {x}}};
    if constexpr (is(TypeList<ReluGradient, steps::Add, SumGradients, Accumulate>{}))
      return {Operation{}, Shapes{{x, x}, {x}}};
    if constexpr (is(TypeList<Softmax>{})) return {Operation{}, Shapes{{logits}, {logits}}};
    if constexpr (is(TypeList<steps::SoftmaxCrossEntropy>{}))
      return {Operation{0.1, 0.25}, Shapes{{logits, {.items = logits.items}}, {{}, logits}}};
  } else {
    throw Error(std::string(Operation::name) + ": no random case");
  }
}

}  // namespace

AnyStepCase random_case(StepOperation const& kind, Random& random) {
  return std::visit(
      [&]<class Operation>(Operation const&) { return random_case_of<Operation>(random); }, kind);
}

std::vector<Values> random_reads(MakeKernels kernels, AnyStepCase const& one, Random& random) {
  auto is = [&]<class Operation>(Operation const&) {
    return std::holds_alternative<Operation>(one.what);
  };
  std::vector<Values> reads;
  for (Shape const& shape : one.shapes.reads) reads.push_back(random.numbers(shape));
  auto make_variances_positive = [&](std::size_t i) {
    for (std::size_t j = reads[i].size() / 2; j < reads[i].size(); ++j)
      reads[i][j] = std::abs(reads[i][j]);
  };
  if (is(steps::NormalizationApply{})) make_variances_positive(1);
  if (is(steps::NormalizationParameterGradient{}) || is(steps::NormalizationDataGradient{}))
    make_variances_positive(2);
  if (is(steps::UpdateRunningStatistics{})) {
    make_variances_positive(0);
    make_variances_positive(1);
  }
  if (is(steps::MaxPooling{})) reads[0] = random.distinct(one.shapes.reads[0]);
  if (is(steps::SoftmaxCrossEntropy{}))
    for (double& label : reads[1])
      label = static_cast<double>(random.between(0, one.shapes.reads[0].channels - 1));
  if (auto const* const gradient = std::get_if<steps::MaxPoolingGradient>(&one.what))
    reads[1] = run_step(kernels(), steps::MaxPooling{gradient->window},
                        Shapes{{one.shapes.writes[0]}, {one.shapes.reads[0], one.shapes.reads[0]}},
                        {random.distinct(one.shapes.writes[0])})[1];
  return reads;
}

Difference difference_from_reference(MakeKernels kernels, StepOperation const& kind) {
  MakeKernels const reference = &any_kernels<kernels::Reference, double>;
  NumberType const type = kernels().table.types.compute;
  Roles const roles = roles_of(kind, false);
  Difference worst;
  auto rounded_reads = [&](std::vector<Values> reads) {
    for (std::size_t i = 0; i < reads.size(); ++i)
      if (!is(i, roles.index_read)) reads[i] = rounded(std::move(reads[i]), type);
    return reads;
  };
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    Random random(seed), again(seed);
    AnyStepCase const one = random_case(kind, random);
    random_case(kind, again);

    auto const results = run_step(kernels(), one.what, one.shapes,
                                  rounded_reads(random_reads(kernels, one, random)));
    auto const expected = run_step(reference(), one.what, one.shapes,
                                   rounded_reads(random_reads(reference, one, again)));

    for (std::size_t i = 0; i < results.size(); ++i) {
      if (is(i, roles.index_write)) continue;
      double& difference = roles.write_is_accumulated(i) ? worst.accumulated : worst.stored;
      difference = std::max(difference, relative_error(results[i], expected[i]));
    }
  }
  return worst;
}

void check_against_reference(MakeKernels kernels, double tolerance, double accumulated_tolerance,
                             std::span<StepOperation const> kinds) {
  AnyKernels const some = kernels(), reference = any_kernels<kernels::Reference, double>();
  bool const sixteen_bits = size_in_bytes(some.table.types.compute) == 2;
  for (StepOperation const& kind : kinds) {
    // Fused steps and reorders have no reference of their own: their sets' tests compare them with
    // the steps they join, and go there and back.
    if (!has_kernel_for(some, kind) || !has_kernel_for(reference, kind)) continue;
    INFO("step: ", std::string(name(kind)));
    double const sums =
        std::visit([]<class Operation>(Operation const&) { return stored_sums<Operation>; }, kind);
    Difference const difference = difference_from_reference(kernels, kind);
    CHECK(difference.stored <= tolerance * (sixteen_bits ? sums : 1));
    CHECK(difference.accumulated <= accumulated_tolerance);
  }
}

Values numeric_gradient(std::function<double(Values const&)> const& f, Values x) {
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

}  // namespace ai500::testing
