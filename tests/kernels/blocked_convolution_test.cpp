// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/blocked/direct_filter_gradient.ipp>
#include <ai500/kernels/blocked/winograd.ipp>
//
#include <doctest/doctest.h>

#include <string>
#include <type_traits>
#include <vector>

#include <ai500/devices/openmp_team.hpp>
#include <ai500/kernels/onednn.hpp>

#include "harness.hpp"

namespace ai500::testing {

namespace {

using kernels::OneDnnWinograd;
using namespace kernels::blocked;

struct Place {
  char const* name;
  Shape x;
  Count filters;
  Window window;

  Shape y() const {
    Extent const out = window_positions(window, x);
    return {x.items, filters, out.height, out.width};
  }
  Shape weight() const { return {filters, x.channels, window.kernel.height, window.kernel.width}; }

  /// One of our own ways, all activations in these blocks.
  template <class Operation>
  Shapes shapes(Layout blocks, std::string const& way) const {
    if constexpr (std::is_same_v<Operation, steps::Convolution>)
      return {{x, weight()}, {y()}, {{blocks, Layout::plain}, {blocks}}, way};
    else if constexpr (std::is_same_v<Operation, steps::ConvolutionDataGradient>)
      return {{y(), weight()}, {x}, {{blocks, Layout::plain}, {blocks}}, way};
    else
      return {{x, y()}, {weight()}, {{blocks, blocks}, {Layout::plain}}, way};
  }
};

std::string const direct = "ai500:outer_products";
std::string const winograd = "ai500:winograd_4x4";

// Panels are two blocks of 8 or 16 channels wide; pieces and chunks are some hundred pixels.
Place const of_winograd[] = {
    {"tiles that fit", {2, 16, 8, 12}, 32, square(3, 1, 1)},
    {"an odd block of filters, tiles that do not fit", {1, 32, 7, 9}, 48, square(3, 1, 1)},
    {"several chunks of tiles, the last one short", {3, 16, 37, 26}, 16, square(3, 1, 1)},
    {"no padding", {2, 16, 11, 10}, 16, square(3)},
    {"all that a window may be padded", {2, 16, 5, 6}, 16, square(3, 1, 2)},
    {"padded in one direction", {2, 16, 9, 6}, 16, {{3, 3}, {1, 1}, {0, 1}}},
    {"smaller than a tile", {3, 16, 2, 1}, 16, square(3, 1, 1)},
    {"many channels", {1, 160, 6, 6}, 16, square(3, 1, 1)},
};
Place const of_direct_sums[] = {
    {"several pieces of an image", {2, 16, 40, 31}, 16, square(3, 1, 1)},
    {"several images a piece, the last one short", {7, 16, 6, 7}, 32, square(3, 1, 1)},
    {"an odd block of filters", {2, 16, 9, 8}, 48, square(3, 1, 1)},
    {"stride", {2, 32, 15, 14}, 32, square(3, 2, 1)},
    {"a row that never leaves the padding", {1, 16, 1, 3}, 16, square(5, 1, 2)},
    {"neither a square nor the same strides", {2, 16, 12, 9}, 16, {{2, 5}, {3, 1}, {1, 0}}},
    {"1x1", {2, 32, 13, 14}, 32, square(1)},
    {"1x1 with a stride", {2, 32, 13, 14}, 32, square(1, 2)},
    {"more channels than one pass", {1, 1024, 14, 14}, 16, square(1)},
};

template <class T>
std::vector<Values> numbers(Shapes const& shapes) {
  Random random(11);
  std::vector<Values> reads;
  for (std::size_t i = 0; i < shapes.reads.size(); ++i)
    reads.push_back(in_layout(rounded<T>(random.numbers(shapes.reads[i])), shapes.reads[i],
                              Layout::plain, shapes.layouts.read(i)));
  return reads;
}

/// relative_error of the way that `shapes` name, with numbers T, to the reference in double.
template <class T = float, class Operation>
double error(Operation const& what, Shapes const& shapes) {
  std::vector<Values> const reads = numbers<T>(shapes);
  std::vector<Values> plain_reads;
  for (std::size_t i = 0; i < reads.size(); ++i)
    plain_reads.push_back(
        in_layout(reads[i], shapes.reads[i], shapes.layouts.read(i), Layout::plain));
  Values const expected = run_step<kernels::Reference, double>(
      what, Shapes{shapes.reads, shapes.writes}, plain_reads)[0];
  Values const result = run_step<OneDnnWinograd, T>(what, shapes, reads)[0];
  return relative_error(in_layout(result, shapes.writes[0], shapes.layouts.write(0), Layout::plain),
                        expected);
}

/// What a way computes with so many threads, bit by bit.
template <class T = float, class Operation>
std::vector<float> result(Operation const& what, Shapes const& shapes, int threads) {
  devices::Host host(devices::openmp_team(threads));
  auto prepared = OneDnnWinograd::template for_operation<Operation>::prepare(
      host, what, shapes, Types{number_type<T>, NumberType::float32});
  std::vector<std::vector<T>> values;
  for (Values const& read : numbers<T>(shapes)) {
    values.emplace_back();
    for (double number : read) values.back().push_back(static_cast<T>(number));
  }
  std::vector<float> written(static_cast<std::size_t>(shapes.writes[0].elements()));
  void* const reads[] = {values[0].data(), values[1].data()};
  void* const writes[] = {written.data()};
  prepared.run(Arguments(reads, writes));
  return written;
}

/// Whether products of pairs are computed here; says so where they are not.
bool are_in_pairs() {
  bool const has = has_pair_products();
  if (!has) MESSAGE("SKIPPED: bfloat16s are multiplied in pairs with AVX512_BF16 and g++ only");
  return has;
}

/// Whether our own ways are offered here; says so where they are not.
bool are_offered() {
  bool const offered = devices::instruction_set() != devices::InstructionSet::generic;
  if (!offered) MESSAGE("SKIPPED: our own convolutions are offered with AVX2 and AVX-512 only");
  return offered;
}

}  // namespace

TEST_CASE("inside: the positions of a window's row that are not in the padding") {
  // 3 rows over 5 with padding 1: position i covers i - 1, i, i + 1.
  static_assert(inside(0, 1, 1, 5, 5).begin == 1 && inside(0, 1, 1, 5, 5).end == 5);
  static_assert(inside(1, 1, 1, 5, 5).begin == 0 && inside(1, 1, 1, 5, 5).end == 5);
  static_assert(inside(2, 1, 1, 5, 5).begin == 0 && inside(2, 1, 1, 5, 5).end == 4);
  // stride 2 over 6 with padding 1: positions 0, 1, 2 cover -1 0 1, 1 2 3, 3 4 5.
  static_assert(inside(0, 2, 1, 3, 6).begin == 1 && inside(0, 2, 1, 3, 6).end == 3);
  static_assert(inside(2, 2, 1, 3, 6).begin == 0 && inside(2, 2, 1, 3, 6).end == 3);
  // Over a single row, 5 rows padded by 2: all but the middle one are in the padding.
  static_assert(inside(0, 1, 2, 1, 1).begin == inside(0, 1, 2, 1, 1).end);
  static_assert(inside(2, 1, 2, 1, 1).begin == 0 && inside(2, 1, 2, 1, 1).end == 1);
  static_assert(inside(4, 1, 2, 1, 1).begin == inside(4, 1, 2, 1, 1).end);
}

TEST_CASE("OneDnn: its own direct filter gradient is within 1e-5 of the reference") {
  if (!are_offered()) return;
  for (Place const& place : of_direct_sums)
    for (Layout blocks : {Layout::channels_8, Layout::channels_16}) {
      INFO(std::string(place.name), ", ", std::string(name(blocks)));
      steps::ConvolutionFilterGradient const what{place.window};
      CHECK(error(what, place.shapes<steps::ConvolutionFilterGradient>(blocks, direct)) <= 1e-5);
    }
}

TEST_CASE("OneDnn: filter gradients from pairs of bfloat16s are within 1e-5 of the reference") {
  if (!are_in_pairs()) return;
  for (Place const& place : of_direct_sums) {  // among them odd numbers of items, and one
    INFO(std::string(place.name));
    steps::ConvolutionFilterGradient const what{place.window};
    Shapes const shapes =
        place.shapes<steps::ConvolutionFilterGradient>(Layout::channels_16, direct);
    CHECK(error<bfloat16>(what, shapes) <= 1e-5);
    CHECK(result<bfloat16>(what, shapes, 3) == result<bfloat16>(what, shapes, 1));
  }
}

TEST_CASE("OneDnn: a long sum of a filter gradient rounds as short ones do") {
  if (!are_offered()) return;
  // Were its 131,072 products added one after the other, it would be wrong by more than 1e-5.
  Place const place{"long", {2, 16, 256, 256}, 16, square(1)};
  Shapes const shapes = place.shapes<steps::ConvolutionFilterGradient>(Layout::channels_16, direct);
  CHECK(error(steps::ConvolutionFilterGradient{square(1)}, shapes) <= 3e-6);
}

TEST_CASE_TEMPLATE("OneDnnWinograd: our own is within 1e-4 of the reference", Operation,
                   steps::Convolution, steps::ConvolutionDataGradient,
                   steps::ConvolutionFilterGradient) {
  if (!are_offered()) return;
  for (Place const& place : of_winograd)
    for (Layout blocks : {Layout::channels_8, Layout::channels_16}) {
      INFO(std::string(place.name), ", ", std::string(name(blocks)));
      Operation const what{place.window};
      CHECK(error(what, place.shapes<Operation>(blocks, winograd)) <= 1e-4);
    }
}

TEST_CASE_TEMPLATE("OneDnnWinograd: our own ways have the same bits with any number of threads",
                   Operation, steps::Convolution, steps::ConvolutionDataGradient,
                   steps::ConvolutionFilterGradient) {
  if (!are_offered()) return;
  Place const& place = of_winograd[2];
  Operation const what{place.window};
  Shapes shapes = place.shapes<Operation>(Layout::channels_8, winograd);
  CHECK(result(what, shapes, 3) == result(what, shapes, 1));
  if (std::is_same_v<Operation, steps::ConvolutionFilterGradient>) {
    shapes.way = direct;
    CHECK(result(what, shapes, 3) == result(what, shapes, 1));
  }
}

TEST_CASE("OneDnn: direct sums are no way of other passes, Winograd none of other windows") {
  devices::Host host;
  Shapes shapes = of_direct_sums[3].shapes<steps::Convolution>(Layout::channels_8, direct);
  CHECK_THROWS_WITH_AS(OneDnnWinograd::for_operation<steps::Convolution>::prepare(
                           host, {square(3, 2, 1)}, shapes, Types{}),
                       doctest::Contains("has no implementation 'ai500:outer_products'"), Error);
  shapes.way = winograd;
  CHECK_THROWS_WITH_AS(OneDnnWinograd::for_operation<steps::Convolution>::prepare(
                           host, {square(3, 2, 1)}, shapes, Types{}),
                       doctest::Contains("has no implementation 'ai500:winograd_4x4'"), Error);
}

}  // namespace ai500::testing
