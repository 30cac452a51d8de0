// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/element_wise.hpp>
//
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels;

namespace {

template <class T>
std::vector<T> numbers(std::initializer_list<float> values) {
  std::vector<T> result;
  for (float value : values) result.push_back(T(value));
  return result;
}

template <class T>
std::vector<float> floats(std::vector<T> const& values) {
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE_TEMPLATE("functors: relu, its gradient, sum, scale and fill, by hand", T, float, half,
                   bfloat16) {
  devices::Host host;
  auto const a = numbers<T>({-1, 0, 2, -0.5f, 3}), b = numbers<T>({10, 20, 30, 40, 50});
  std::vector<T> y(5);

  host.for_each(5, functors::Relu<T>{a.data(), y.data()});
  CHECK(floats(y) == std::vector<float>{0, 0, 2, 0, 3});
  host.for_each(5, functors::ReluGradient<T>{b.data(), a.data(), y.data()});
  CHECK(floats(y) == std::vector<float>{0, 0, 30, 0, 50});
  host.for_each(5, functors::Sum<T>{a.data(), b.data(), y.data()});
  CHECK(floats(y) == std::vector<float>{9, 20, 32, 39.5f, 53});
  host.for_each(5, functors::Scale<T>{a.data(), y.data(), 0.5f});
  CHECK(floats(y) == std::vector<float>{-0.5f, 0, 1, -0.25f, 1.5f});
  host.for_each(4, functors::Fill<T>{y.data(), T(7)});
  CHECK(floats(y) == std::vector<float>{7, 7, 7, 7, 1.5f});
}

TEST_CASE_TEMPLATE("functors::Relu: what is not a number stays so", T, float, half, bfloat16) {
  T const x = T(std::numeric_limits<float>::quiet_NaN());
  T y = T(0);

  functors::Relu<T>{&x, &y}(0);

  CHECK(std::isnan(static_cast<float>(y)));
}

TEST_CASE("functors::Sum: of 16-bit numbers is computed in float and rounded once") {
  half const a = half(2048.0f), b = half(1.5f);  // 2049.5: halves near it are 2048 and 2050
  half y;
  functors::Sum<half>{&a, &b, &y}(0);
  CHECK(static_cast<float>(y) == 2050);
}

TEST_CASE("functors::Cast: between all types of activations") {
  devices::Host host;
  std::vector<float> const x{1, -2.5f, 0.1f, 70000, 1e-8f};
  std::vector<half> halves(5);
  std::vector<bfloat16> bfloats(5);
  std::vector<float> back(5);

  host.for_each(5, functors::Cast<float, half>{x.data(), halves.data()});
  host.for_each(5, functors::Cast<half, float>{halves.data(), back.data()});
  CHECK(back == std::vector<float>{1, -2.5f, 0x1.998p-4f, std::numeric_limits<float>::infinity(),
                                   0});  // 0.1 = 1.1001 1001 1001 1001... x 2^-4
  host.for_each(5, functors::Cast<float, bfloat16>{x.data(), bfloats.data()});
  host.for_each(5, functors::Cast<bfloat16, float>{bfloats.data(), back.data()});
  CHECK(back[0] == 1);
  CHECK(back[1] == -2.5f);
  CHECK(back[2] == 0x1.9ap-4f);
  CHECK(back[3] == 70144);  // multiples of 2^(16 - 7) = 512: 69632, 70144
  host.for_each(5, functors::Cast<half, bfloat16>{halves.data(), bfloats.data()});
  CHECK(static_cast<float>(bfloats[1]) == -2.5f);
  host.for_each(5, functors::Cast<bfloat16, half>{bfloats.data(), halves.data()});
  CHECK(static_cast<float>(halves[1]) == -2.5f);
}

TEST_CASE("functors::UpdatedRunningStatistics: by hand") {
  std::vector<float> const summed{4, 8}, running{10, 20};  // mean, variance of 2 micro-batches
  std::vector<float> updated(2);
  functors::UpdatedRunningStatistics<float> const update{
      summed.data(), running.data(), updated.data(), 1, 0.25, 2, 1.5};

  update(0);
  update(1);

  CHECK(updated[0] == 0.75f * 10 + 0.25f * 2);
  CHECK(updated[1] == 0.75f * 20 + 0.25f * 4 * 1.5f);
}

TEST_CASE("functors: which are compiled for GPUs is known at compile time") {
  CHECK(cuda::CompiledForDevice<functors::Relu<half>>);
  CHECK_FALSE(cuda::CompiledForDevice<functors::Relu<double>>);
  CHECK(cuda::CompiledForDevice<functors::Cast<half, float>>);
  CHECK_FALSE(cuda::CompiledForDevice<functors::Cast<half, half>>);
}
