// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/convolution.hpp>
//
#include <doctest/doctest.h>

#include <vector>

#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels::functors;

namespace {

// An image of 3x3 pixels, one channel, one filter of 2x2: results of 2x2.
ConvolutionShape const shape{.items = 1,
                             .channels = 1,
                             .filters = 1,
                             .groups = 1,
                             .in = {3, 3},
                             .out = {2, 2},
                             .window = {{2, 2}, {1, 1}, {0, 0}}};
std::vector<float> const x{1, 2, 3, 4, 5, 6, 7, 8, 9}, weight{1, 2, 3, 4}, dy{1, 0, 0, 1};

template <class Factors>
void multiply(Factors const& factors) {
  Product<Factors> const product{factors};
  devices::Host().for_each_block(product.blocks(), product);
}

}  // namespace

TEST_CASE("ConvolutionShape: what a window sees, and who sees it, with padding and a stride") {
  ConvolutionShape const padded{.items = 2,
                                .channels = 1,
                                .filters = 1,
                                .groups = 1,
                                .in = {3, 3},
                                .out = {2, 2},
                                .window = {{3, 3}, {2, 2}, {1, 1}}};

  CHECK(padded.seen(0, 0) == -1);
  CHECK(padded.seen(0, 4) == 0);  // the middle one
  CHECK(padded.seen(0, 5) == 1);
  CHECK(padded.seen(0, 7) == 3);
  CHECK(padded.seen(7, 4) == 17);  // the last of both
  CHECK(padded.seeing(17, 4) == 7);
  CHECK(padded.seeing(4, 4) == -1);  // between the strides
  for (Count pixel = 0; pixel < 8; ++pixel)
    for (Count tap = 0; tap < 9; ++tap)
      if (Count const seen = padded.seen(pixel, tap); seen >= 0)
        CHECK(padded.seeing(seen, tap) == pixel);
}

// The first: 1 x 1 + 2 x 2 + 4 x 3 + 5 x 4 = 37.
TEST_CASE("ConvolutionFactors: by hand") {
  std::vector<float> y(4);

  multiply(ConvolutionFactors<float>{x.data(), weight.data(), y.data(), shape});

  CHECK(y == std::vector<float>{37, 47, 67, 77});
}

// The filter, put down where dy is 1: the two overlap in the middle.
TEST_CASE("ConvolutionDataGradientFactors: by hand") {
  std::vector<float> dx(9);

  multiply(ConvolutionDataGradientFactors<float>{dy.data(), weight.data(), dx.data(), shape});

  CHECK(dx == std::vector<float>{1, 2, 0, 3, 5, 2, 0, 3, 4});
}

// What the filter sees where dy is 1: 1, 2, 4, 5 and 5, 6, 8, 9.
TEST_CASE("ConvolutionFilterGradientFactors, SummedParts: by hand, whole and in two parts") {
  std::vector<float> whole(4), parts(8), sum(4);

  multiply(ConvolutionFilterGradientFactors<float>{x.data(), dy.data(), whole.data(), shape, 1});
  multiply(ConvolutionFilterGradientFactors<float>{x.data(), dy.data(), parts.data(), shape, 2});
  devices::Host().for_each(4, SummedParts{parts.data(), sum.data(), 2, 4});

  CHECK(whole == std::vector<float>{6, 8, 12, 14});
  CHECK(parts == std::vector<float>{1, 2, 4, 5, 5, 6, 8, 9});
  CHECK(sum == whole);
}
