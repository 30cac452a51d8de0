// SPDX-License-Identifier: Apache-2.0
/// @file The gradient of a convolution's filters, computed directly: for each of a window's taps
/// the outer products of dy's channels and x's, summed over all pixels. In float and, in pairs of
/// items, in bfloat16. With windows of more than a pixel, and over large planes, faster than
/// oneDNN's code (docs/results.md).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/kernels/blocked/ahead.ipp>
#include <ai500/kernels/blocked/bfloat_pairs.ipp>
#include <ai500/kernels/blocked/filter_gradient_plan.ipp>
#include <ai500/kernels/blocked/outer_products.ipp>
#include <ai500/kernels/blocked/transpose.ipp>

namespace ai500::kernels::blocked {

/// Where numbers of a piece stand: those of activations, or packed pairs in the place of floats.
template <class Number>
struct Planes {
  Number const* first;  ///< of the first group's first item, the first block, the first row
  Count block, item;    ///< the distance to the next one; packed, an item is a group
  Count row;            ///< a row's numbers
  Count first_row;      ///< of the plane
};

/// What a thread reads of its next piece, which is fetched while it computes: each time that a sum
/// is computed as much of it.
class NextPiece {
 public:
  /// @param times that sums are computed in the piece
  /// @param steps of a sum
  NextPiece(Region const& dy, Region const& x, Count times, Count steps)
      : parts_{Part(dy), Part(x)} {
    Count const wanted = (dy.lines() + x.lines() + times - 1) / times;
    Count most = 0;
    for (Part& part : parts_) {
      // A run has equal parts, of as many lines as are wanted or more.
      Count const times_a_run = std::max<Count>(1, part.run / std::max<Count>(1, wanted));
      part.at_a_time = (part.run + times_a_run - 1) / times_a_run;
      most = std::max(most, part.at_a_time);
    }
    bytes_ = std::clamp<Count>(most * cache_line / std::max<Count>(1, steps), 1, cache_line);
  }

  /// What is fetched while a sum is computed twice, of other numbers.
  BytesAhead next(void const* otherwise) {
    void const* const first = next_lines(otherwise);
    return {first, next_lines(otherwise), bytes_};
  }

 private:
  struct Part {
    Lines lines;
    Count run, at_a_time = 1;  ///< lines

    explicit Part(Region const& region) : lines(region), run(region.lines_a_run()) {}
  };

  void const* next_lines(void const* otherwise) {
    for (Part& part : parts_)
      if (!part.lines.is_done()) return part.lines.take(part.at_a_time);
    return otherwise;
  }

  std::array<Part, 2> parts_;
  Count bytes_;
};

/// The part of the sums that one thread computes: those of some panels of dy's channels.
/// Sums are (panel, block of x's channels, tap, channel of x, block, channel of dy).
/// @param Products FloatProducts or PairProducts
template <int lanes, class Products>
struct SumFilterGradient {
  using Number = typename Products::Number;

  devices::Host const& device;
  FilterGradientPlan const& plan;
  Range panels;
  Number const* x;
  Number const* dy;
  float* sums;
  float* pairs;  ///< room for those of a piece

  void operator()() const {
    for (Count panel = panels.begin; panel < panels.end; panel += plan.panels_a_pass)
      for (Count input = 0; input < plan.inputs; input += plan.inputs_a_pass) {
        Pass const pass{{panel, std::min(panel + plan.panels_a_pass, panels.end)},
                        {input, std::min(input + plan.inputs_a_pass, plan.inputs)}};
        for (Count piece = 0; piece < plan.pieces(); ++piece) add_piece(pass, piece);
      }
  }

 private:
  static constexpr Count times_a_sum = 2;  // each time of half a block of x's channels

  struct Pass {
    Range panels, inputs;
  };
  /// Blocks of dy's channels.
  Range outputs(Pass const& pass) const {
    return {pass.panels.begin * blocks_a_panel,
            std::min(pass.panels.end * blocks_a_panel, plan.outputs)};
  }

  static Planes<Number> planes(Number const* from, Shape const& shape, Count group, Count block,
                               Count row) {
    Count const line = shape.width * lanes, plane = shape.height * line;
    Count const item = shape.channels / lanes * plane;
    return {from + group * Products::together * item + block * plane + row * line, plane, item,
            line, row};
  }
  Planes<Number> planes_of_x(Pass const& pass, Piece const& piece) const {
    return planes(x, plan.x, piece.groups.begin, pass.inputs.begin,
                  plan.rows_of_x(piece.rows).begin);
  }
  Planes<Number> planes_of_dy(Pass const& pass, Piece const& piece) const {
    return planes(dy, plan.dy, piece.groups.begin, outputs(pass).begin, piece.rows.begin);
  }

  /// Some rows of some blocks, in the place of floats.
  static Region region(Planes<Number> const& planes, Range groups, Range blocks, Count rows) {
    constexpr Count numbers = sizeof(float) / sizeof(Number);
    return {reinterpret_cast<float const*>(planes.first),
            rows * planes.row / numbers,
            1,
            0,
            blocks.size(),
            planes.block / numbers,
            groups.size() * Products::together,
            planes.item / numbers};
  }

  void add_piece(Pass const& pass, Count number) const {
    Piece const piece = plan.piece_at(number), next = plan.piece_at((number + 1) % plan.pieces());
    Planes<Number> const x_here = planes_of_x(pass, piece), dy_here = planes_of_dy(pass, piece);
    Count const sums_a_piece = pass.panels.size() * pass.inputs.size() * plan.number_of_taps();
    NextPiece fetched(
        region(planes_of_dy(pass, next), next.groups, outputs(pass), next.rows.size()),
        region(planes_of_x(pass, next), next.groups, pass.inputs, plan.rows_of_x(next.rows).size()),
        times_a_sum * sums_a_piece, piece.groups.size() * piece.rows.size() * plan.dy.width);
    if constexpr (Products::together == 1) {
      add_products(pass, piece, x_here, dy_here, fetched, number == 0);
    } else {
      float* to = pairs;
      auto const x_packed = pack(to, x_here, plan.x, piece.groups, pass.inputs.size(),
                                 plan.rows_of_x(piece.rows).size());
      auto const dy_packed =
          pack(to, dy_here, plan.dy, piece.groups, outputs(pass).size(), piece.rows.size());
      add_products(pass, piece, x_packed, dy_packed, fetched, number == 0);
    }
  }

  /// Pairs of some rows of some blocks.
  /// @param to is moved behind them
  Planes<float> pack(float*& to, Planes<Number> const& from, Shape const& shape, Range groups,
                     Count blocks, Count rows) const {
    Count const block = rows * from.row;
    Planes<float> const packed{to, block, blocks * block, from.row, from.first_row};
    for (Count group = groups.begin; group < groups.end; ++group)
      for (Count b = 0; b < blocks; ++b, to += block) {
        Number const* const one =
            from.first + (group - groups.begin) * 2 * from.item + b * from.block;
        Number const* const other = 2 * group + 1 < shape.items ? one + from.item : nullptr;
        device.with_avx512(typename Products::PairItems{one, other, block, to});
      }
    return packed;
  }

  void add_products(Pass const& pass, Piece const& piece, Planes<float> const& x_planes,
                    Planes<float> dy_planes, NextPiece& ahead, bool is_first) const {
    for (Count panel = pass.panels.begin; panel < pass.panels.end; ++panel) {
      Planes<float> block_of_x = x_planes;
      for (Count input = pass.inputs.begin; input < pass.inputs.end; ++input) {
        if ((panel + 1) * blocks_a_panel <= plan.outputs)
          add_block<blocks_a_panel>(piece, panel, input, block_of_x, dy_planes, ahead, is_first);
        else
          add_block<1>(piece, panel, input, block_of_x, dy_planes, ahead, is_first);
        block_of_x.first += block_of_x.block;
      }
      dy_planes.first += blocks_a_panel * dy_planes.block;
    }
  }

  template <int blocks>
  void add_block(Piece const& piece, Count panel, Count input, Planes<float> const& x_planes,
                 Planes<float> const& dy_planes, NextPiece& ahead, bool is_first) const {
    Extent const stride = plan.window.stride, padding = plan.window.padding;
    float* to = sums + (panel * blocks_a_panel * plan.inputs + input * blocks) * lanes * lanes *
                           plan.number_of_taps();
    for (Tap const& tap : plan.taps) {
      Range const high{std::max(tap.high.begin, piece.rows.begin),
                       std::min(tap.high.end, piece.rows.end)};
      Places places{piece.groups.size(), high.size(), tap.wide.size()};
      Count const x_row = high.begin * stride.height + tap.place.height - padding.height;
      Count const x_column = tap.wide.begin * stride.width + tap.place.width - padding.width;
      Walk const vectors{dy_planes.first + (high.begin - dy_planes.first_row) * dy_planes.row +
                             tap.wide.begin * lanes,
                         dy_planes.block, lanes, dy_planes.row, dy_planes.item};
      Walk const numbers{
          x_planes.first + (x_row - x_planes.first_row) * x_planes.row + x_column * lanes, 1,
          stride.width * lanes, stride.height * x_planes.row, x_planes.item};
      join_rows(places, vectors, numbers);
      constexpr int count = numbers_at_a_time<lanes>;
      static_assert(lanes == times_a_sum * count);
      Sums<> const place{to, blocks * lanes, lanes};
      SumOuterProducts<lanes, count, blocks, Products> const sum{
          place,
          vectors,
          numbers,
          places,
          {.adds = !is_first},
          ahead.next(to),
          {times_a_sum, count, count * blocks * lanes}};
      if constexpr (Products::together == 1)
        device.vectorized(sum);
      else
        device.with_avx512(sum);
      to += lanes * blocks * lanes;
    }
  }
};

/// The plain gradient (outputs, inputs, taps) of a panel of the sums.
template <int lanes>
struct WritePlainFilters {
  FilterGradientPlan const& plan;
  Count panel;
  float const* sums;  ///< of all panels
  float* dweight;

  [[gnu::always_inline]] void operator()() const {
    Count const taps = plan.number_of_taps(), row = plan.x.channels * taps;
    Count const first = panel * blocks_a_panel * lanes;
    Count const width = std::min<Count>(blocks_a_panel * lanes, plan.dy.channels - first);
    float const* from = sums + first * row;
    float* to = dweight + first * row;
    for (Count input = 0; input < plan.inputs; ++input) {
      if (taps == 1)
        write_matrix(from, width, to, row);
      else
        write_taps(from, width, to, row);
      from += lanes * taps * width;
      to += lanes * taps;
    }
  }

 private:
  /// (outputs, channels) from (channels, outputs)
  [[gnu::always_inline]] static void write_matrix(float const* from, Count width, float* to,
                                                  Count row) {
    for (Count output = 0; output < width; output += lanes) {
      typename Vectors<lanes>::Float numbers[lanes];
      for (int i = 0; i < lanes; ++i) Vectors<lanes>::load(numbers[i], from + i * width + output);
      transpose<lanes>(numbers);
      for (int i = 0; i < lanes; ++i) Vectors<lanes>::store(to + (output + i) * row, numbers[i]);
    }
  }
  /// (outputs, channels, taps) from (taps, channels, outputs)
  [[gnu::always_inline]] void write_taps(float const* from, Count width, float* to,
                                         Count row) const {
    Count const taps = plan.number_of_taps();
    for (Count output = 0; output < width; ++output, to += row)
      for (Count channel = 0; channel < lanes; ++channel)
        for (Count tap = 0; tap < taps; ++tap)
          to[channel * taps + tap] = from[(tap * lanes + channel) * width + output];
  }
};

/// dweight = sum over items and positions of x dy, of activations in blocks of `lanes` channels,
/// summed in float. Each thread has panels of dy's channels: the same bits with any number of
/// threads.
/// @param Products FloatProducts; PairProducts where has_pair_products()
template <int lanes, class Products = FloatProducts>
class DirectFilterGradient {
 public:
  using Number = typename Products::Number;

  /// @param device outlives it
  DirectFilterGradient(devices::Host& device, Window const& window, Shape const& x, Shape const& dy)
      : device_(&device),
        plan_(filter_gradient_plan(window, x, dy, lanes, Products::together)),
        sums_(device, dy.channels * x.channels * plan_.number_of_taps()) {
    if constexpr (Products::together > 1) {
      Count const rows_of_x =
          std::min(x.height, (plan_.rows - 1) * window.stride.height + window.kernel.height);
      pairs_ = lanes * plan_.groups_a_piece *
               (plan_.inputs_a_pass * rows_of_x * x.width +
                plan_.panels_a_pass * blocks_a_panel * plan_.rows * dy.width);
      device.reserve_scratch(static_cast<std::size_t>(device.threads() * pairs_) * sizeof(float));
    }
  }

  void run(Number const* x, Number const* dy, float* dweight) {
    Count const all = panels(plan_.outputs);
    Count const threads = std::min<Count>(device_->threads(), all);
    device_->parallel(threads, [&](Count thread) {
      Range const own{all * thread / threads, all * (thread + 1) / threads};
      float* const pairs = static_cast<float*>(device_->scratch()) + thread * pairs_;
      SumFilterGradient<lanes, Products>{*device_, plan_, own, x, dy, sums_.data(), pairs}();
      for (Count panel = own.begin; panel < own.end; ++panel)
        device_->vectorized(WritePlainFilters<lanes>{plan_, panel, sums_.data(), dweight});
    });
  }

 private:
  devices::Host* device_;
  FilterGradientPlan plan_;
  Buffer<float> sums_;
  Count pairs_ = 0;  ///< room for those of a piece, of each thread
};

}  // namespace ai500::kernels::blocked
