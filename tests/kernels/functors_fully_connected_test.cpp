// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/fully_connected.hpp>
//
#include <doctest/doctest.h>

#include <vector>

#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

namespace {

FullyConnectedShape const shape{.items = 2, .inputs = 3, .outputs = 2};
std::vector<float> const x{1, 2, 3, 4, 5, 6}, weight{1, 0, -1, 2, 1, 0}, bias{10, 20},
    dy{1, 2, 3, 4};

template <class Factors>
void multiply(Factors const& factors) {
  Product<Factors> const product{factors};
  devices::Host().for_each_block(product.blocks(), product);
}

}  // namespace

TEST_CASE("FullyConnectedFactors: y = x weight^T + bias, by hand") {
  std::vector<float> y(4);

  multiply(FullyConnectedFactors<float>{x.data(), weight.data(), bias.data(), y.data(), shape});

  CHECK(y == std::vector<float>{8, 24, 8, 33});
}

TEST_CASE("FullyConnectedDataGradientFactors: dx = dy weight, by hand") {
  std::vector<float> dx(6);

  multiply(FullyConnectedDataGradientFactors<float>{dy.data(), weight.data(), dx.data(), shape});

  CHECK(dx == std::vector<float>{5, 2, -1, 11, 4, -3});
}

TEST_CASE("FullyConnectedWeightGradientFactors, BiasGradient: dy^T x and the sum of dy, by hand") {
  std::vector<float> dweight(6), dbias(2);

  multiply(FullyConnectedWeightGradientFactors<float>{x.data(), dy.data(), dweight.data(), shape});
  devices::Host().for_each(2, BiasGradient<float>{dy.data(), dbias.data(), shape});

  CHECK(dweight == std::vector<float>{13, 17, 21, 18, 24, 30});
  CHECK(dbias == std::vector<float>{4, 6});
}
