// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/onednn/widened.hpp>
//
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#include <ai500/kernels/onednn.hpp>

#include "harness.hpp"

// Without instructions for bfloat16 these kernels are widened, some items at a time; with them they
// are not. What is tested holds for both.

namespace ai500::testing {

namespace {

using Numbers = std::vector<bfloat16>;

template <class T>
std::vector<T> random_numbers(Shape const& shape, std::uint64_t seed) {
  Random random(seed);
  std::vector<T> values;
  for (double one : random.numbers(shape)) values.push_back(T(static_cast<float>(one)));
  return values;
}

bool same_bits(Numbers const& a, Numbers const& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(bfloat16)) == 0;
}

Types const types{NumberType::bfloat16, NumberType::float32};
/// In float an item and its results are more than a piece.
Shape const x{3, 16, 190, 192};
Shape const channels{.items = 16}, statistics{.items = 2, .channels = 16};

}  // namespace

TEST_CASE("OneDnn: in bfloat16 a convolution of several items is that of each by itself") {
  using Kernel = kernels::OneDnn::for_operation<steps::Convolution>;
  steps::Convolution const what{square(1)};
  Shape const one{1, x.channels, x.height, x.width}, weight{16, 16, 1, 1};
  Numbers const in = random_numbers<bfloat16>(x, 1);
  std::vector<float> const filters = random_numbers<float>(weight, 2);
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = 2});
  auto computed = [&](Shape const& shape, bfloat16 const* from) {
    Numbers out(static_cast<std::size_t>(shape.elements()));
    std::array<void*, 2> const reads{const_cast<bfloat16*>(from),
                                     const_cast<float*>(filters.data())};
    std::array<void*, 1> const writes{out.data()};
    Kernel::prepare(host, what, {{shape, weight}, {shape}}, types).run(Arguments(reads, writes));
    return out;
  };

  Numbers apart;
  for (Count item = 0; item < x.items; ++item) {
    Numbers const alone = computed(one, in.data() + item * x.item_elements());
    apart.insert(apart.end(), alone.begin(), alone.end());
  }

  CHECK(same_bits(computed(x, in.data()), apart));
}

TEST_CASE("OneDnn: in bfloat16 a folded convolution over its addend has the bits of apart") {
  using Kernel = kernels::OneDnn::for_operation<steps::ConvolutionEvaluation>;
  steps::ConvolutionEvaluation const what{square(1), 1, 1e-3, steps::NormalizationEnding::add_relu};
  Shapes const shapes{{x, {16, 16, 1, 1}, statistics, channels, channels, x}, {x}};
  Numbers const in = random_numbers<bfloat16>(x, 1);
  std::vector<std::vector<float>> parameters;
  for (std::size_t i = 1; i <= 4; ++i)
    parameters.push_back(random_numbers<float>(shapes.reads[i], i + 1));
  for (float& one : parameters[1]) one = std::abs(one);  // variances
  devices::Host host = kernels::OneDnn::Traits::make_device({.threads = 2});
  auto computed = [&](bool in_place) {
    Numbers addend = random_numbers<bfloat16>(x, 7), out(addend.size());
    std::array<void*, 6> const reads{const_cast<bfloat16*>(in.data()),
                                     parameters[0].data(),
                                     parameters[1].data(),
                                     parameters[2].data(),
                                     parameters[3].data(),
                                     addend.data()};
    std::array<void*, 1> const writes{in_place ? addend.data() : out.data()};
    Kernel::prepare(host, what, shapes, types).run(Arguments(reads, writes));
    return in_place ? addend : out;
  };

  CHECK(Kernel::in_place(what) == std::vector<InPlace>{{0, 5}});
  CHECK(same_bits(computed(true), computed(false)));
}

}  // namespace ai500::testing
