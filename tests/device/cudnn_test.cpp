// SPDX-License-Identifier: Apache-2.0
// Each kernel of cuDNN's set on the GPU against the reference in double on the CPU, given the same
// numbers, which are exact in the type that is computed in.
#include <ai500/kernels/cudnn.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <ai500/devices/mirror.hpp>
#include <ai500/kernels/prepare.hpp>

#include "../kernels/decomposed.hpp"
#include "../kernels/harness.hpp"

using namespace ai500;
using namespace ai500::kernels;
using testing::Values;

namespace {

/// What is stored in FP32 whatever is computed in: what a step's kernel wants plain (vectors,
/// filter gradients), and the gradients of fully connected layers.
template <class Operation>
struct Storage {
  std::vector<bool> read_is_float, write_is_float;
  StepLayouts layouts;

  Storage(devices::Cuda& device, Operation const& what, Shapes const& shapes, Types types) {
    using Kernel = CuDnn::for_operation<Operation>;
    if constexpr (ChoosesLayouts<Kernel, devices::Cuda>) {
      layouts = Kernel::layouts(device, what, shapes, types).at(0);
      for (Layout one : layouts.reads) read_is_float.push_back(one == Layout::plain);
      for (Layout one : layouts.writes) write_is_float.push_back(one == Layout::plain);
    } else {
      bool const gradients = std::is_same_v<Operation, steps::FullyConnectedWeightGradient>;
      read_is_float.assign(shapes.reads.size(), false);
      write_is_float.assign(shapes.writes.size(), gradients);
    }
  }
};

template <class T>
Values rounded(Values values) {
  for (double& value : values)
    value = static_cast<double>(static_cast<float>(T(static_cast<float>(value))));
  return values;
}

/// A value in the GPU's memory.
class Tensor {
 public:
  Tensor(devices::Cuda& device, Shape const& shape, Layout layout, bool is_float, std::size_t bytes)
      : device_(device),
        shape_(shape),
        layout_(layout),
        is_float_(is_float),
        memory_(device, shape.elements() * static_cast<Count>(is_float ? 4 : bytes)) {}

  void* data() { return memory_.data(); }

  template <class T>
  void store(Values const& values) {
    if (is_float_) return store_as<float>(values);
    store_as<T>(values);
  }
  template <class T>
  Values load() {
    return is_float_ ? load_as<float>() : load_as<T>();
  }

 private:
  template <class T>
  View<T, devices::Cuda> view() {
    return {reinterpret_cast<T*>(memory_.data()), shape_.elements()};
  }
  template <class T>
  void store_as(Values const& values) {
    Mirror<T, devices::Cuda> mirror(device_, view<T>());
    Values const ordered = testing::in_layout(values, shape_, Layout::plain, layout_);
    for (std::size_t i = 0; i < ordered.size(); ++i)
      mirror.host().data()[i] = T(static_cast<float>(ordered[i]));
    mirror.upload();
    device_.synchronize();
  }
  template <class T>
  Values load_as() {
    Mirror<T, devices::Cuda> mirror(device_, view<T>());
    mirror.download();
    Values values;
    for (T one : mirror.host().span())
      values.push_back(static_cast<double>(static_cast<float>(one)));
    return testing::in_layout(values, shape_, layout_, Layout::plain);
  }

  devices::Cuda& device_;
  Shape shape_;
  Layout layout_;
  bool is_float_;
  Buffer<std::byte, devices::Cuda> memory_;
};

/// Runs a step's kernel on the GPU; twice, which must give the same bits.
template <class T, class Operation>
std::vector<Values> on_gpu(devices::Cuda& device, Operation const& what, Shapes shapes, Types types,
                           std::vector<Values> const& reads) {
  Storage<Operation> const storage(device, what, shapes, types);
  shapes.layouts = storage.layouts;
  auto prepared = prepare_kernel<CuDnn::for_operation<Operation>>(device, what, shapes, types);
  std::vector<Tensor> from, to;
  std::vector<void*> read_places, write_places;
  for (std::size_t i = 0; i < shapes.reads.size(); ++i) {
    from.emplace_back(device, shapes.reads[i], storage.layouts.read(i), storage.read_is_float[i],
                      sizeof(T));
    from.back().template store<T>(reads[i]);
    read_places.push_back(from.back().data());
  }
  for (std::size_t i = 0; i < shapes.writes.size(); ++i) {
    to.emplace_back(device, shapes.writes[i], storage.layouts.write(i), storage.write_is_float[i],
                    sizeof(T));
    write_places.push_back(to.back().data());
  }
  std::vector<Values> results, again;
  for (auto* result : {&results, &again}) {
    prepared.run(Arguments(read_places, write_places));
    device.synchronize();
    for (Tensor& one : to) result->push_back(one.template load<T>());
  }
  CHECK(results == again);
  return results;
}

constexpr Count n = 8, in = 16, out = 32, size = 14;
constexpr Window window = square(3, 1, 1);
constexpr Shape x{n, in, size, size}, weight{out, in, 3, 3}, y{n, out, size, size},
    vector{.items = in}, statistics{.items = 2, .channels = in},
    y_statistics{.items = 2, .channels = out};

/// Half the distance of neighbouring numbers near 1.
template <class T>
constexpr double unit = std::is_same_v<T, float>  ? 0x1p-24
                        : std::is_same_v<T, half> ? 0x1p-11
                                                  : 0x1p-8;

/// Random numbers that T holds exactly; variances are positive.
template <class T>
std::vector<Values> random_reads(Shapes const& shapes) {
  testing::Random random(7);
  std::vector<Values> reads;
  for (Shape const& shape : shapes.reads) {
    Values values = rounded<T>(random.numbers(shape));
    bool const has_variances = shape == statistics || shape == y_statistics;
    if (has_variances)
      for (std::size_t i = values.size() / 2; i < values.size(); ++i)
        values[i] = std::abs(values[i]);
    reads.push_back(std::move(values));
  }
  return reads;
}

/// Where results are far from the reference's, relative to each result's greatest element.
template <class Reference, class T, class Operation>
void check_step(Operation const& what, Shapes const& shapes, Types types, double tolerance) {
  devices::Cuda device;
  using Kernel = CuDnn::for_operation<Operation>;
  if constexpr (SaysWhereApplicable<Kernel, devices::Cuda>)
    if (!Kernel::applicable(device, what, shapes, types)) {
      MESSAGE("no engine on this GPU for ", std::string(Operation::name), " in ",
              std::string(name(types.compute)), ": not checked");
      return;
    }
  auto const reads = random_reads<T>(shapes);

  auto const results = on_gpu<T>(device, what, shapes, types, reads);
  auto const expected = testing::run_step<Reference, double>(what, shapes, reads);

  for (std::size_t i = 0; i < results.size(); ++i) {
    INFO(std::string(Operation::name), ", result ", i, ", ", std::string(name(types.compute)), " ",
         std::string(name(types.math)));
    CHECK(testing::relative_error(results[i], expected[i]) <= tolerance);
  }
}

/// One step in all four kinds of arithmetic.
/// @param roundings how many times a number on the way to a result is rounded to the type
template <class Reference, class Operation>
void check_all(Operation const& what, Shapes const& shapes, double roundings) {
  // FP32 sums of up to n size^2 = 1568 products, in any order: sqrt(1568) 2^-24 = 2.4e-6 is
  // typical.
  check_step<Reference, float>(what, shapes, {}, 2e-5);
  // TF32 has half's mantissa; products' errors of both signs, most of which cancel in a sum.
  check_step<Reference, float>(what, shapes, {.math = Math::tensor_float32}, 4 * unit<half>);
  check_step<Reference, half>(what, shapes, {.compute = NumberType::float16},
                              2 * roundings * unit<half>);
  check_step<Reference, bfloat16>(what, shapes, {.compute = NumberType::bfloat16},
                                  2 * roundings * unit<bfloat16>);
}

}  // namespace

TEST_CASE("CuDnn: convolutions and their gradients, in FP32, TF32, FP16, BF16") {
  check_all<Reference>(steps::Convolution{window}, {{x, weight}, {y}}, 1);
  check_all<Reference>(steps::ConvolutionDataGradient{window}, {{y, weight}, {x}}, 1);
  check_all<Reference>(steps::ConvolutionFilterGradient{window}, {{x, y}, {weight}}, 1);
}

TEST_CASE("CuDnn: a stem of three channels, which are filled up to four") {
  Shape const image{n, 3, 32, 32}, stem{out, 3, 7, 7}, result{n, out, 16, 16};
  Window const strided = square(7, 2, 3);

  check_all<Reference>(steps::Convolution{strided}, {{image, stem}, {result}}, 1);
  check_all<Reference>(steps::ConvolutionFilterGradient{strided}, {{image, result}, {stem}}, 1);
}

TEST_CASE("CuDnn: convolutions with statistics, and with the normalization before") {
  // The normalized input is rounded, too; as are its factor and constant.
  check_all<testing::Decomposing>(steps::ConvolutionForward{.window = window},
                                  {{x, weight}, {y, y_statistics}}, 2);
  check_all<testing::Decomposing>(
      steps::ConvolutionForward{.window = window, .normalizes_input = true},
      {{x, weight, statistics, vector, vector}, {y, y_statistics}}, 8);
  check_all<testing::Decomposing>(steps::ConvolutionFilterBackward{window},
                                  {{x, statistics, vector, vector, y}, {weight}}, 8);
}

TEST_CASE("CuDnn: data gradients that end in relu and normalizations") {
  using enum steps::InputOrigin;
  auto what = [](steps::InputOrigin origin) {
    return steps::ConvolutionDataBackward{.window = window, .origin = origin};
  };

  // dz is rounded, then dx, which may be a difference of two such.
  check_all<testing::Decomposing>(
      what(relu), {{y, weight, x, statistics, vector, vector}, {vector, vector, x}}, 8);
  check_all<testing::Decomposing>(
      what(identity_block),
      {{y, weight, x, statistics, vector, vector, x, x}, {vector, vector, x, x}}, 8);
  check_all<testing::Decomposing>(
      what(projection_block),
      {{y, weight, x, statistics, vector, vector, x, x, statistics, vector, vector},
       {vector, vector, x, vector, vector, x}},
      8);
}

TEST_CASE("CuDnn: fully connected layers, also of ten classes") {
  for (Count classes : {10, 64}) {
    Shape const features{.items = 32, .channels = 48}, scores{.items = 32, .channels = classes},
        matrix{.items = classes, .channels = 48}, bias{.items = classes};

    check_all<Reference>(steps::FullyConnected{}, {{features, matrix, bias}, {scores}}, 1);
    check_all<Reference>(steps::FullyConnectedDataGradient{}, {{scores, matrix}, {features}}, 1);
    check_all<Reference>(steps::FullyConnectedWeightGradient{},
                         {{features, scores}, {matrix, bias}}, 1);
  }
}
