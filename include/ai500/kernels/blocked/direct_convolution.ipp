// SPDX-License-Identifier: Apache-2.0
/// @file A convolution, or the gradient of its data, computed directly: sums of outer products of a
/// panel's filters and a tile's pixels, over channels and taps. In float, of activations in blocks
/// of channels, or in bfloat16 in pairs of channels.
#pragma once

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/kernels/blocked/ahead.ipp>
#include <ai500/kernels/blocked/bfloat_pairs.ipp>
#include <ai500/kernels/blocked/direct_convolution_plan.ipp>
#include <ai500/kernels/blocked/direct_filters.ipp>
#include <ai500/kernels/blocked/direct_memory.ipp>
#include <ai500/kernels/blocked/outer_products.ipp>

namespace ai500::kernels::blocked {

/// work(), compiled for the instruction set whose registers have so many lanes.
template <int lanes, class Work>
void on_lanes(devices::Host const& device, Work const& work) {
  if constexpr (lanes == 16)
    device.with_avx512(work);
  else
    device.with_avx2(work);
}

/// What one sum of a tile is computed from, and results of what type.
template <class Number>
struct TileSum {
  Sums<Number> sums;
  Walk filters, pixels;
  Places places;
  Ending ending;
  Pace& pace;
  Repeats repeats = {};
  float const* before = nullptr;
};

/// Sums of tiles of 1, 2, ... columns.
template <int lanes, class Products, int blocks, int sets, class Number>
class TileSums {
 public:
  static void run(devices::Host const& device, Count columns, TileSum<Number> const& tile) {
    functions[static_cast<std::size_t>(columns - 1)](device, tile);
  }

 private:
  using Function = void (*)(devices::Host const&, TileSum<Number> const&);
  static constexpr int most = columns_at_a_time(lanes) / sets;

  template <int columns>
  static void sum(devices::Host const& device, TileSum<Number> const& tile) {
    SumOuterProducts<lanes, columns, blocks, Products, PacedAhead, sets, Number> const work{
        tile.sums,   tile.filters, tile.pixels,  tile.places,
        tile.ending, {&tile.pace}, tile.repeats, tile.before};
    on_lanes<lanes>(device, work);
  }
  template <int... i>
  static constexpr std::array<Function, most> table(std::integer_sequence<int, i...>) {
    return {&sum<i + 1>...};
  }

  static constexpr std::array<Function, most> functions =
      table(std::make_integer_sequence<int, most>{});
};

/// Some panels of a piece of the output. Meanwhile what comes next is on its way: of each panel and
/// phase the filters and the output, and bit by bit the next piece's input.
template <int lanes, class Products>
class ConvolvePiece {
 public:
  using Memory = DirectMemory<lanes, Products>;
  using Number = typename Products::Number;

  ConvolvePiece(devices::Host const& device, Memory const& memory, Ending const& ending,
                Range panels, OutputPiece const& piece, OutputPiece const& next)
      : device_(device),
        memory_(memory),
        plan_(memory.plan),
        ending_(ending),
        panels_(panels),
        piece_(piece),
        next_(next) {}

  void run() const {
    Lines input(input_of(memory_, next_));
    Count const phases = static_cast<Count>(plan_.phases.size());
    Count const visits = phases * panels_.size();  // of a panel and a phase
    for (Count visit = 0; visit < visits; ++visit) {
      Count const panel = panels_.begin + visit / phases, after = (visit + 1) % visits;
      Phase const& phase = phase_at(visit % phases);
      Pace pace;
      pace.parts = {
          filters_ahead(memory_, phase_at(after % phases), panels_.begin + after / phases),
          visit % phases == 0 ? output_after(panel) : Lines(), input};
      pace.begin(steps(phase), input.left() - input.left() / (visits - visit));
      if (memory_.blocks_of(panel) == blocks_a_panel)
        convolve_panel<blocks_a_panel>(phase, panel, pace);
      else
        convolve_panel<1>(phase, panel, pace);
      input = pace.parts.back();
    }
  }

 private:
  Phase const& phase_at(Count number) const {
    return plan_.phases[static_cast<std::size_t>(number)];
  }
  Lines output_after(Count panel) const {
    if (panel + 1 < panels_.end) return Lines(output_of(memory_, panel + 1, piece_));
    return Lines(output_of(memory_, panels_.begin, next_));
  }
  /// Those of all sums of a panel.
  Count steps(Phase const& phase) const {
    Range const rows = rows_of(phase, piece_);
    Count taps = 0;
    for (Count row = rows.begin; row < rows.end; ++row) taps += phase.high.taps_at(row).size();
    Count const together = plan_.in_pairs_of_items ? 2 : 1;
    return taps * phase.taps_of_sums() * Memory::pixel * plan_.inputs *
           ((piece_.items.size() + together - 1) / together);
  }

  template <int blocks>
  void convolve_panel(Phase const& phase, Count panel, Pace& pace) const {
    Range const items = piece_.items;
    Count item = items.begin;
    if (plan_.in_pairs_of_items)
      for (; item + 1 < items.end; item += 2) convolve_items<blocks, 2>(phase, panel, item, pace);
    for (; item < items.end; ++item) convolve_items<blocks, 1>(phase, panel, item, pace);
  }

  /// @param sets items that are computed together
  template <int blocks, int sets>
  void convolve_items(Phase const& phase, Count panel, Count item, Pace& pace) const {
    Range const rows = rows_of(phase, piece_);
    for (Count row = rows.begin; row < rows.end; ++row)
      for (EqualTiles const& tiles : phase.tiles)
        convolve_tiles<blocks, sets>({phase, panel, item, row}, tiles, pace);
  }

  struct Row {
    Phase const& phase;
    Count panel, item, row;
  };

  /// Where a tile has several sums, those of some of its columns are put aside, and added to the
  /// one of all.
  template <int blocks, int sets>
  void convolve_tiles(Row const& at, EqualTiles const& tiles, Pace& pace) const {
    Line const& wide = at.phase.wide;
    TapsOfColumns const& whole = tiles.sums.front();
    Count const columns = whole.columns.size();
    bool const has_others = tiles.sums.size() > 1;
    alignas(devices::Host::alignment) float others[columns_at_a_time(lanes) * blocks * lanes];
    if (has_others) std::fill_n(others, sets * columns * blocks * lanes, 0.0f);
    for (std::size_t i = 1; i < tiles.sums.size(); ++i) {
      TapsOfColumns const& sum = tiles.sums[i];
      Count const first = sum.columns.begin - whole.columns.begin;
      Sums<> const to{others + first * blocks * lanes, blocks * lanes, lanes,
                      columns * blocks * lanes};
      TileSums<lanes, Products, blocks, sets, float>::run(
          device_, sum.columns.size(), sum_of<blocks>(at, sum, to, {.adds = true}, pace));
    }
    Ending ending = ending_;
    if (ending.bias != nullptr) ending.bias += at.panel * blocks_a_panel * lanes;
    Number* const out = memory_.output_of(at.phase, at.panel, at.item, at.row);
    Sums<Number> const to{out + whole.columns.begin * wide.step * lanes, wide.step * lanes,
                          memory_.out_plane(), memory_.out_item()};
    TileSum<Number> all = sum_of<blocks>(at, whole, to, ending, pace);
    if (has_others) all.before = others;
    all.repeats = {tiles.times, columns * wide.stride * Memory::pixel, columns * wide.step * lanes};
    TileSums<lanes, Products, blocks, sets, Number>::run(device_, columns, all);
  }

  template <int blocks, class Result>
  TileSum<Result> sum_of(Row const& at, TapsOfColumns const& sum, Sums<Result> const& to,
                         Ending const& ending, Pace& pace) const {
    Line const& high = at.phase.high;
    Line const& wide = at.phase.wide;
    constexpr Count pixel = Memory::pixel, tap = Memory::a_tap(blocks);
    Range const rows = high.taps_at(at.row);
    Count const row = at.row * high.stride + rows.begin - high.padding;
    Count const column = sum.columns.begin * wide.stride + sum.taps.begin - wide.padding;
    return {
        to,
        {memory_.filters_of(at.phase, at.panel) + (rows.begin * wide.taps + sum.taps.begin) * tap,
         lanes, blocks * lanes, wide.taps * tap, at.phase.taps() * tap},
        {memory_.in + at.item * memory_.in_item() + row * memory_.in_line() + column * pixel,
         wide.stride * pixel, 1, memory_.in_line(), memory_.in_plane(), memory_.in_item()},
        {plan_.inputs, rows.size(), sum.taps.size() * pixel},
        ending,
        pace};
  }

  devices::Host const& device_;
  Memory const& memory_;
  DirectPlan const& plan_;
  Ending const& ending_;
  Range panels_;
  OutputPiece piece_, next_;
};

/// out = the correlation of `in` with filters, which are brought into order before. The same bits
/// with any number of threads.
/// @param Products FloatProducts; PairProducts, of channels, where has_pair_products()
template <int lanes, class Products = FloatProducts>
class DirectConvolution {
 public:
  using Number = typename Products::Number;
  static constexpr Registers registers{lanes, sizeof(Number)};

  /// @param device outlives it
  /// @param kernel the window's
  DirectConvolution(devices::Host& device, DirectPlan plan, Extent kernel, FilterOrder order)
      : device_(&device),
        plan_(std::move(plan)),
        places_(places_of_taps(plan_, kernel)),
        order_(order),
        filters_(device, plan_.filters() / Products::together) {
    if constexpr (Products::together > 1)
      device.reserve_scratch(
          static_cast<std::size_t>(device.threads() * floats_of_panel(0)) * sizeof(float),
          scratch_level);
  }

  void take_filters(float const* weight) {
    Count const all = panels(plan_.outputs), threads = std::min<Count>(device_->threads(), all);
    device_->parallel(threads, [&](Count thread) {
      for (Count panel = all * thread / threads; panel < all * (thread + 1) / threads; ++panel)
        take_panel(weight, panel, thread);
    });
  }

  void run(Number const* in, Number* out, Ending ending) const {
    DirectMemory<lanes, Products> const memory{plan_, reinterpret_cast<float const*>(in),
                                               filters_.data(), out};
    Count const parts = plan_.parts, all = panels(plan_.outputs), tasks = plan_.pieces() * parts;
    device_->parallel(tasks, [&](Count task) {
      Count const part = task % parts, next = std::min(task + 1, tasks - 1);
      ConvolvePiece<lanes, Products>(*device_, memory, ending,
                                     {all * part / parts, all * (part + 1) / parts},
                                     plan_.piece_at(task / parts), plan_.piece_at(next / parts))
          .run();
    });
  }

 private:
  static constexpr int scratch_level = 1;  // at level 0 an evaluation keeps weights meanwhile

  Count floats_of_panel(Count panel) const {
    Count const blocks = std::min<Count>(blocks_a_panel, plan_.outputs - panel * blocks_a_panel);
    return plan_.in.channels * blocks * lanes * plan_.taps;
  }

  void take_panel(float const* weight, Count panel, Count thread) {
    Count const floats = floats_of_panel(panel), most = floats_of_panel(0);
    float* const filters = filters_.data() + panel * most / Products::together;
    if constexpr (Products::together == 1) {
      on_lanes<lanes>(*device_, PackFilters<lanes>{plan_, places_, order_, weight, panel, filters});
    } else {
      float* const packed = static_cast<float*>(device_->scratch(scratch_level)) + thread * most;
      on_lanes<lanes>(*device_, PackFilters<lanes>{plan_, places_, order_, weight, panel, packed});
      Count const row = floats / (plan_.in.channels * plan_.taps);  // of a channel of the input
      on_lanes<lanes>(*device_,
                      typename Products::PairRows{packed, floats / row / 2, row, filters});
    }
  }

  devices::Host* device_;
  DirectPlan plan_;
  std::vector<TapPlace> places_;
  FilterOrder order_;
  Buffer<float> filters_;
};

}  // namespace ai500::kernels::blocked
