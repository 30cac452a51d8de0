// SPDX-License-Identifier: Apache-2.0
// Each functor on the GPU against the same functor on the CPU, where it is tested against
// references.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <ai500/devices/cuda.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/kernels/functors/element_wise.hpp>
#include <ai500/kernels/functors/images.hpp>
#include <ai500/kernels/functors/pooling.hpp>
#include <ai500/kernels/functors/softmax.hpp>
#include <ai500/optimizers/sgd_momentum.hpp>

using namespace ai500;
using namespace ai500::kernels;

namespace {

/// Values on the CPU and the same on the GPU.
template <class T>
class Both {
 public:
  Both(devices::Cuda& device, Count n)
      : host_(static_cast<std::size_t>(n)), buffer_(device, n), mirror_(device, buffer_.view()) {}

  template <class F>
  Both& fill(F const& f) {
    for (std::size_t i = 0; i < host_.size(); ++i) host_[i] = mirror_.host().span()[i] = T(f());
    mirror_.upload();
    return *this;
  }

  T* cpu() { return host_.data(); }
  T* gpu() { return buffer_.data(); }

  /// The greatest difference, in relation to the greatest value; infinite where only one of the two
  /// is no number.
  double difference() {
    mirror_.download();
    double most = 0, greatest = 1e-30;
    for (std::size_t i = 0; i < host_.size(); ++i) {
      double const a = static_cast<double>(host_[i]);
      double const b = static_cast<double>(mirror_.host().span()[i]);
      if (std::isnan(a) != std::isnan(b)) return std::numeric_limits<double>::infinity();
      if (std::isnan(a) || a == b) continue;
      most = std::max(most, std::abs(a - b));
      greatest = std::max(greatest, std::abs(a));
    }
    return most / greatest;
  }

 private:
  std::vector<T> host_;
  Buffer<T, devices::Cuda> buffer_;
  Mirror<T, devices::Cuda> mirror_;
};

struct Numbers {
  std::mt19937 engine{1};
  float operator()() { return static_cast<float>(engine() % 4001) / 1000.0f - 2.0f; }
};

constexpr Count n = 100'003;

/// What a fused multiply-add may change, after rounding to T.
template <class T>
constexpr double rounding = std::is_same_v<T, float>  ? 1e-6
                            : std::is_same_v<T, half> ? 1e-3
                                                      : 8e-3;

}  // namespace

TEST_CASE_TEMPLATE("element-wise functors: the GPU computes what the CPU computes", T, float, half,
                   bfloat16) {
  devices::Cuda device;
  devices::Host host;
  Numbers numbers;
  Both<T> a(device, n), b(device, n), y(device, n);
  a.fill([&] { return numbers(); });
  b.fill([&] { return numbers(); });
  auto check = [&](auto const& cpu, auto const& gpu, double tolerance) {
    host.for_each(n, cpu);
    device.for_each(n, gpu);
    CHECK(y.difference() <= tolerance);
  };

  check(functors::Fill<T>{y.cpu(), T(3)}, functors::Fill<T>{y.gpu(), T(3)}, 0);
  check(functors::Relu<T>{a.cpu(), y.cpu()}, functors::Relu<T>{a.gpu(), y.gpu()}, 0);
  check(functors::ReluGradient<T>{a.cpu(), b.cpu(), y.cpu()},
        functors::ReluGradient<T>{a.gpu(), b.gpu(), y.gpu()}, 0);
  check(functors::Sum<T>{a.cpu(), b.cpu(), y.cpu()}, functors::Sum<T>{a.gpu(), b.gpu(), y.gpu()},
        0);
  check(functors::Scale<T>{a.cpu(), y.cpu(), 0.3f}, functors::Scale<T>{a.gpu(), y.gpu(), 0.3f}, 0);
}

TEST_CASE_TEMPLATE("Cast: the GPU's instruction rounds as the CPU does, for all bits", T, half,
                   bfloat16) {
  devices::Cuda device;
  devices::Host host;
  Count const all = 1 << 22;
  Both<float> x(device, all), back(device, all);
  Both<T> y(device, all);
  std::mt19937 engine(3);
  x.fill([&] { return std::bit_cast<float>(static_cast<std::uint32_t>(engine())); });

  host.for_each(all, functors::Cast<float, T>{x.cpu(), y.cpu()});
  device.for_each(all, functors::Cast<float, T>{x.gpu(), y.gpu()});
  host.for_each(all, functors::Cast<T, float>{y.cpu(), back.cpu()});
  device.for_each(all, functors::Cast<T, float>{y.gpu(), back.gpu()});

  CHECK(y.difference() == 0);
  CHECK(back.difference() == 0);
}

TEST_CASE_TEMPLATE("pooling functors: the GPU computes what the CPU computes", T, float, half,
                   bfloat16) {
  devices::Cuda device;
  devices::Host host;
  Numbers numbers;
  for (Count lanes : {1, 24}) {
    functors::PoolingGeometry const g{.planes = 5,
                                      .in = {17, 12},
                                      .out = {9, 6},
                                      .window = {{3, 3}, {2, 2}, {1, 1}},
                                      .lanes = lanes};
    Both<T> x(device, g.in_numbers()), dx(device, g.in_numbers());
    Both<T> y(device, g.out_numbers()), dy(device, g.out_numbers());
    Both<std::int32_t> selection(device, g.out_numbers());
    x.fill([&] { return numbers(); });
    dy.fill([&] { return numbers(); });

    host.for_each(g.out_numbers(), functors::MaxPooling<T>{x.cpu(), y.cpu(), selection.cpu(), g});
    device.for_each(g.out_numbers(), functors::MaxPooling<T>{x.gpu(), y.gpu(), selection.gpu(), g});
    CHECK(y.difference() == 0);
    CHECK(selection.difference() == 0);
    host.for_each(g.in_numbers(),
                  functors::MaxPoolingGradient<T>{dy.cpu(), selection.cpu(), dx.cpu(), g});
    device.for_each(g.in_numbers(),
                    functors::MaxPoolingGradient<T>{dy.gpu(), selection.gpu(), dx.gpu(), g});
    CHECK(dx.difference() == 0);
    host.for_each(g.out_numbers(), functors::AveragePooling<T>{x.cpu(), y.cpu(), g});
    device.for_each(g.out_numbers(), functors::AveragePooling<T>{x.gpu(), y.gpu(), g});
    CHECK(y.difference() <= rounding<T>);
    host.for_each(g.in_numbers(), functors::AveragePoolingGradient<T>{dy.cpu(), dx.cpu(), g});
    device.for_each(g.in_numbers(), functors::AveragePoolingGradient<T>{dy.gpu(), dx.gpu(), g});
    CHECK(dx.difference() <= rounding<T>);
  }
}

TEST_CASE_TEMPLATE("softmax functors: the GPU computes what the CPU computes", T, float, half,
                   bfloat16) {
  devices::Cuda device;
  devices::Host host;
  Numbers numbers;
  Count const items = 37, classes = 1000;
  Both<T> logits(device, items * classes), y(device, items * classes);
  Both<float> probabilities(device, items * classes);
  Both<std::int32_t> labels(device, items);
  Both<float> losses(device, items), total(device, 1);
  logits.fill([&] { return 3 * numbers(); });
  labels.fill([&] { return static_cast<float>(numbers.engine() % 1000); });
  auto cross_entropy = [&](T* x, std::int32_t* l, T* dx, float* loss) {
    return functors::SoftmaxCrossEntropy<T, float>{x, l, dx, loss, classes, 0.1f, 1.0f / 37};
  };

  host.for_each(items, functors::Softmax<T, float>{logits.cpu(), probabilities.cpu(), classes});
  device.for_each(items, functors::Softmax<T, float>{logits.gpu(), probabilities.gpu(), classes});
  CHECK(probabilities.difference() <= 10 * rounding<float>);
  host.for_each(items, cross_entropy(logits.cpu(), labels.cpu(), y.cpu(), losses.cpu()));
  device.for_each(items, cross_entropy(logits.gpu(), labels.gpu(), y.gpu(), losses.gpu()));
  CHECK(y.difference() <= 10 * rounding<T>);
  CHECK(losses.difference() <= 1e-5);
  host.for_each(1, functors::TotalOf<float, float>{losses.cpu(), items, 0.5f, total.cpu()});
  device.for_each(1, functors::TotalOf<float, float>{losses.gpu(), items, 0.5f, total.gpu()});
  CHECK(total.difference() <= 1e-5);
}

TEST_CASE_TEMPLATE("LookedUpCrops: the GPU has the bits of the CPU", T, float, half, bfloat16) {
  devices::Cuda device;
  devices::Host host;
  Count const items = 4, channels = 3;
  Extent const extent{40, 36};
  Count const pixels = items * channels * extent.height * extent.width;
  Both<std::uint8_t> bytes(device, pixels);
  Both<T> images(device, pixels), table(device, 256 * channels);
  std::mt19937 engine(5);
  bytes.fill([&] { return static_cast<std::uint8_t>(engine() % 256); });
  table.fill([&] { return static_cast<float>(engine() % 1000) / 100 - 5; });
  Buffer<functors::Crop, devices::Cuda> crops(device, items);
  Mirror mirror(device, crops.view());
  std::vector<functors::Crop> const drawn{{0, 0, 0}, {-4, 4, 1}, {4, -4, 0}, {1, 2, 1}};
  std::copy(drawn.begin(), drawn.end(), mirror.host().span().begin());
  mirror.upload();

  host.for_each(pixels, functors::LookedUpCrops<T>{bytes.cpu(), table.cpu(), drawn.data(),
                                                   images.cpu(), extent, channels});
  device.for_each(pixels, functors::LookedUpCrops<T>{bytes.gpu(), table.gpu(), crops.data(),
                                                     images.gpu(), extent, channels});

  CHECK(images.difference() == 0);
}

TEST_CASE_TEMPLATE("SgdMomentum: the GPU updates as the CPU does", T, float, double) {
  devices::Cuda device;
  devices::Host host;
  Numbers numbers;
  Both<T> parameters(device, n), gradients(device, n), velocities(device, n);
  parameters.fill([&] { return numbers(); });
  gradients.fill([&] { return numbers(); });
  UpdateTerms<T> const terms{.learning_rate = T(0.1), .gradient_factor = T(0.5)};
  Buffer<UpdateTerms<T>, devices::Cuda> late(device, 1);
  Mirror mirror(device, late.view());
  *mirror.host().data() = terms;
  mirror.upload();
  for (int step = 0; step < 5; ++step) {
    auto update = [](T* w, T const* g, T* v, auto how) {
      return optimizers::SgdMomentumUpdate<T, decltype(how)>{w, g, v, how, T(0.9), T(1e-4)};
    };
    host.for_each(
        n, update(parameters.cpu(), gradients.cpu(), velocities.cpu(), KnownTerms<T>{terms}));
    device.for_each(
        n, update(parameters.gpu(), gradients.gpu(), velocities.gpu(), LateTerms<T>{late.data()}));
  }
  double const tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;
  CHECK(parameters.difference() <= tolerance);
  CHECK(velocities.difference() <= tolerance);
}

TEST_CASE("UpdatedRunningStatistics: the GPU computes what the CPU computes") {
  devices::Cuda device;
  devices::Host host;
  Numbers numbers;
  Both<float> summed(device, 128), running(device, 128);
  summed.fill([&] { return numbers(); });
  running.fill([&] { return numbers(); });
  auto update = [](float const* s, float* r) {
    return functors::UpdatedRunningStatistics<float>{s, r, r, 64, 0.1, 4, 1.01};
  };

  host.for_each(128, update(summed.cpu(), running.cpu()));
  device.for_each(128, update(summed.gpu(), running.gpu()));

  CHECK(running.difference() <= 1e-6);
}
