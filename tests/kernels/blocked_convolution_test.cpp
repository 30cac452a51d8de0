// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/blocked/direct_convolution_plan.ipp>
#include <ai500/kernels/blocked/direct_filter_gradient.ipp>
#include <ai500/kernels/blocked/winograd.ipp>
//
#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include <ai500/devices/openmp_team.hpp>
#include <ai500/kernels/onednn.hpp>
#include <ai500/kernels/pass.hpp>

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

// Tiles are up to 14 columns wide with AVX-512, 6 with AVX2; of two items where rows are half of
// it.
Place const of_tiles[] = {
    {"rows of several tiles", {1, 16, 3, 31}, 32, square(3, 1, 1)},
    {"pairs of items, one left over", {5, 16, 7, 7}, 16, square(3, 1, 1)},
    {"pairs of items, stride", {4, 32, 6, 5}, 16, square(3, 2, 1)},
    {"a column", {3, 16, 9, 1}, 32, square(3, 1, 1)},
    {"all columns have taps in the padding", {2, 16, 4, 2}, 16, square(5, 1, 2)},
    {"an input that no window meets", {2, 16, 11, 12}, 32, {{2, 2}, {3, 4}, {0, 1}}},
    {"rows of 1x1 that are taken as one", {3, 32, 9, 7}, 16, square(1)},
    {"pieces of rows", {2, 256, 20, 20}, 16, square(3, 1, 1)},
    {"pieces of rows of two items", {3, 1024, 7, 7}, 16, square(3, 1, 1)},
    {"more filters than stay in a cache", {2, 128, 6, 15}, 144, square(3, 1, 1)},
    {"a stride that is wider than the window", {2, 32, 20, 17}, 32, square(1, 3)},
    {"a stride for rows only", {2, 16, 13, 15}, 48, {{3, 3}, {2, 1}, {1, 1}}},
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

/// Numbers as they are in memory.
template <class T>
std::vector<std::byte> in_memory(Values const& values) {
  std::vector<T> numbers;
  for (double value : values) numbers.push_back(static_cast<T>(value));
  std::vector<std::byte> bytes(numbers.size() * sizeof(T));
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

/// What a way computes with so many threads, bit by bit.
template <class T = float, class Operation>
std::vector<std::byte> result(Operation const& what, Shapes const& shapes, int threads) {
  devices::Host host(devices::openmp_team(threads));
  auto prepared = OneDnnWinograd::template for_operation<Operation>::prepare(
      host, what, shapes, Types{number_type<T>, NumberType::float32});
  bool const reads_weight = pass_of(what) != Pass::weight_gradient;
  std::vector<Values> const values = numbers<T>(shapes);
  std::vector<std::byte> first = in_memory<T>(values[0]);
  std::vector<std::byte> second =
      reads_weight ? in_memory<float>(values[1]) : in_memory<T>(values[1]);
  std::vector<std::byte> written(static_cast<std::size_t>(shapes.writes[0].elements()) *
                                 (reads_weight ? sizeof(T) : sizeof(float)));
  void* const reads[] = {first.data(), second.data()};
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

bool has_avx512() { return devices::instruction_set() == devices::InstructionSet::avx512; }

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

TEST_CASE("gradient_line: dx at positions between a window's meets other taps") {
  // A window of 3 with stride 2 and padding 1: y_o covers x at 2 o - 1, 2 o, 2 o + 1. So x_0, x_2,
  // ... are met by the window's middle, x_1, x_3, ... by the end of one and the start of the next.
  Line const even = gradient_line(0, 3, 2, 1, 4, 8), odd = gradient_line(1, 3, 2, 1, 4, 8);
  CHECK(even.positions == 4);
  CHECK(even.taps == 1);
  CHECK(even.place_of(0) == 1);
  CHECK(even.padding == 0);
  CHECK(odd.positions == 4);
  CHECK(odd.taps == 2);
  CHECK(odd.place_of(0) == 2);  // of y_i
  CHECK(odd.place_of(1) == 0);  // of y_(i + 1)
  CHECK(odd.padding == 0);
  CHECK(odd.taps_at(2) == Range{0, 2});
  CHECK(odd.taps_at(3) == Range{0, 1});  // there is no y_4
  // Where a stride is wider than the window, there are positions that no tap meets.
  CHECK(gradient_line(1, 1, 2, 0, 4, 8).taps == 0);
}

TEST_CASE("tiles_of: taps that are in the padding are left out") {
  // 28 columns, a window of 3 with padding 1: the first column lacks tap 0, the last one tap 2.
  Line const line = forward_line(3, 1, 1, 28, 28);
  auto const tiles = tiles_of(line, 14);
  REQUIRE(tiles.size() == 2);
  REQUIRE(tiles[0].sums.size() == 2);
  CHECK(tiles[0].sums[0].columns == Range{0, 14});
  CHECK(tiles[0].sums[0].taps == Range{1, 3});
  CHECK(tiles[0].sums[1].columns == Range{1, 14});
  CHECK(tiles[0].sums[1].taps == Range{0, 1});
  // 56 columns: the two tiles between have no padding, and are computed together.
  auto const wide = tiles_of(forward_line(3, 1, 1, 56, 56), 14);
  REQUIRE(wide.size() == 3);
  CHECK(wide[1].times == 2);
  CHECK(wide[1].sums.size() == 1);
  CHECK(wide[1].sums[0].taps == Range{0, 3});
  // Two columns of a window of 5 with padding 2: no tap is the same for both but those in the
  // middle.
  auto const narrow = tiles_of(forward_line(5, 1, 2, 2, 2), 14);
  REQUIRE(narrow.size() == 1);
  CHECK(narrow[0].sums[0].columns == Range{0, 2});
  CHECK(narrow[0].sums[0].taps == Range{2, 3});
}

TEST_CASE("rows_as_one: rows of a plane fill tiles") {
  static_assert(rows_as_one(7, 7, 14, 1024) == 7);        // 49 columns are 4 tiles, not 7
  static_assert(rows_as_one(14, 14, 14, 1 << 20) == 1);   // a row is a tile
  static_assert(rows_as_one(14, 14, 14, 1 << 10) == 14);  // many small ones are computed together
  static_assert(rows_as_one(11, 13, 14, 1024) == 11);     // 143 columns: 11 tiles of 13
}

TEST_CASE_TEMPLATE("OneDnn: its own direct convolution is within 1e-5 of the reference", Operation,
                   steps::Convolution, steps::ConvolutionDataGradient) {
  if (!are_offered()) return;
  auto check = [](Place const& place) {
    for (Layout blocks : {Layout::channels_8, Layout::channels_16}) {
      if (blocks == Layout::channels_16 && !has_avx512()) continue;
      INFO(std::string(place.name), ", ", std::string(name(blocks)));
      Operation const what{place.window};
      Shapes const shapes = place.shapes<Operation>(blocks, direct);
      CHECK(error(what, shapes) <= 1e-5);
      CHECK(result(what, shapes, 3) == result(what, shapes, 1));
    }
  };
  for (Place const& place : of_tiles) check(place);
  for (Place const& place : of_direct_sums) check(place);
}

TEST_CASE_TEMPLATE("OneDnn: direct convolutions from pairs of bfloat16s round their results once",
                   Operation, steps::Convolution, steps::ConvolutionDataGradient) {
  if (!are_in_pairs()) return;
  auto check = [](Place const& place) {
    INFO(std::string(place.name));
    Operation const what{place.window};
    Shapes const shapes = place.shapes<Operation>(Layout::channels_16, direct);
    CHECK(error<bfloat16>(what, shapes) <= bfloat16_tolerance);
    CHECK(result<bfloat16>(what, shapes, 3) == result<bfloat16>(what, shapes, 1));
  };
  for (Place const& place : of_tiles) check(place);
  for (Place const& place : of_direct_sums) check(place);
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

TEST_CASE("OneDnn: sums of outer products are no way of groups, Winograd none of other windows") {
  devices::Host host;
  Shapes shapes = of_direct_sums[3].shapes<steps::Convolution>(Layout::channels_8, direct);
  shapes.reads[1].channels /= 2;
  CHECK_THROWS_WITH_AS(OneDnnWinograd::for_operation<steps::Convolution>::prepare(
                           host, {square(3, 2, 1), 2}, shapes, Types{}),
                       doctest::Contains("has no implementation 'ai500:outer_products'"), Error);
  shapes = of_direct_sums[3].shapes<steps::Convolution>(Layout::channels_8, winograd);
  CHECK_THROWS_WITH_AS(OneDnnWinograd::for_operation<steps::Convolution>::prepare(
                           host, {square(3, 2, 1)}, shapes, Types{}),
                       doctest::Contains("has no implementation 'ai500:winograd_4x4'"), Error);
}

}  // namespace ai500::testing
