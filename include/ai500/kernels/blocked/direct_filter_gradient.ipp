// SPDX-License-Identifier: Apache-2.0
/// @file The gradient of a convolution's filters, computed directly: for each of a window's taps
/// the outer products of dy's channels and x's, summed over all pixels. With 3x3 windows
/// faster than oneDNN's code for AVX2 (docs/results.md).
#pragma once

#include <algorithm>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/kernels/blocked/outer_products.ipp>

namespace ai500::kernels::blocked {

/// [begin, end).
struct Range {
  Count begin, end;
};

/// The positions of a window at which one of its rows (or columns) is not in the padding.
/// @param offset of the row in the window
/// @param positions of the window in all
/// @param extent of what it moves over
constexpr Range inside(Count offset, Count stride, Count padding, Count positions, Count extent) {
  Count const begin = std::max<Count>(0, (padding - offset + stride - 1) / stride);
  Count const beyond = extent + padding - offset;  // the first place that is no longer inside
  Count const end = beyond <= 0 ? 0 : std::min(positions, (beyond + stride - 1) / stride);
  return {begin, std::max(begin, end)};
}

/// What is computed, and in which pieces.
struct FilterGradientPlan {
  Window window;
  Shape x, dy;
  Count inputs, outputs;  ///< blocks of channels

  // Pieces of so many pixels of dy that a panel of them stays in a core's first cache while all of
  // x's channels pass by; and so many of x's channels that they stay in its second.
  Count items, rows;  ///< of dy at a time; several items only where all of their rows fit
  Count inputs_a_pass;

  Count taps() const { return window.kernel.height * window.kernel.width; }
};

inline FilterGradientPlan filter_gradient_plan(Window const& window, Shape const& x,
                                               Shape const& dy, int lanes) {
  constexpr Count first_cache = 16 << 10, second_cache = 192 << 10;   // bytes, of 32 and 512 KiB
  Count const bytes = lanes * static_cast<Count>(sizeof(float));      // a block's, at a pixel
  Count const pixels = first_cache / ((blocks_a_panel + 1) * bytes);  // a panel of dy, a block of x
  Count rows = std::clamp<Count>(pixels / dy.width, 1, dy.height);
  Count const pieces = (dy.height + rows - 1) / rows;
  rows = (dy.height + pieces - 1) / pieces;  // of about the same size
  Count const items =
      pieces > 1 ? 1 : std::clamp<Count>(pixels / (dy.height * dy.width), 1, x.items);
  Count const rows_of_x =
      std::min(x.height, (rows - 1) * window.stride.height + window.kernel.height);
  Count const inputs = x.channels / lanes;
  return {window,
          x,
          dy,
          inputs,
          dy.channels / lanes,
          items,
          rows,
          std::clamp<Count>(second_cache / (items * rows_of_x * x.width * bytes), 1, inputs)};
}

/// The part of the sums that one thread computes: those of some panels of dy's channels.
/// Sums are (panel, block of x's channels, tap, channel of x, block, channel of dy).
template <int lanes>
struct SumFilterGradient {
  FilterGradientPlan const& plan;
  Range panels;
  float const* x;
  float const* dy;
  float* sums;

  [[gnu::always_inline]] void operator()() const {
    for (Count item = 0; item < plan.x.items; item += plan.items)
      for (Count row = 0; row < plan.dy.height; row += plan.rows)
        for (Count input = 0; input < plan.inputs; input += plan.inputs_a_pass)
          for (Count panel = panels.begin; panel < panels.end; ++panel)
            add_pass(item, {row, std::min(row + plan.rows, plan.dy.height)},
                     {input, std::min(input + plan.inputs_a_pass, plan.inputs)}, panel);
  }

 private:
  /// What some rows of some items add to a panel's sums over some blocks of x's channels.
  [[gnu::always_inline]] void add_pass(Count item, Range rows, Range inputs, Count panel) const {
    bool const is_whole = (panel + 1) * blocks_a_panel <= plan.outputs;
    bool const is_first = item == 0 && rows.begin == 0;
    for (Count input = inputs.begin; input < inputs.end; ++input)
      for (Count y = 0; y < plan.window.kernel.height; ++y)
        for (Count x_tap = 0; x_tap < plan.window.kernel.width; ++x_tap)
          if (is_whole)
            add_tap<blocks_a_panel>(item, rows, input, panel, {y, x_tap}, is_first);
          else
            add_tap<1>(item, rows, input, panel, {y, x_tap}, is_first);
  }

  template <int blocks>
  [[gnu::always_inline]] void add_tap(Count item, Range rows, Count input, Count panel, Extent tap,
                                      bool is_first) const {
    Extent const stride = plan.window.stride, padding = plan.window.padding;
    Range high = inside(tap.height, stride.height, padding.height, plan.dy.height, plan.x.height);
    Range const wide = inside(tap.width, stride.width, padding.width, plan.dy.width, plan.x.width);
    high = {std::max(high.begin, rows.begin), std::min(high.end, rows.end)};
    Places const places{std::min(plan.items, plan.x.items - item),
                        std::max<Count>(0, high.end - high.begin), wide.end - wide.begin};
    Count const dy_plane = plan.dy.height * plan.dy.width * lanes;
    Count const x_plane = plan.x.height * plan.x.width * lanes;
    Count const x_row = high.begin * stride.height + tap.height - padding.height;
    Count const x_column = wide.begin * stride.width + tap.width - padding.width;
    Walk const vectors{dy + (item * plan.outputs + panel * blocks_a_panel) * dy_plane +
                           (high.begin * plan.dy.width + wide.begin) * lanes,
                       dy_plane, lanes, plan.dy.width * lanes, plan.outputs * dy_plane};
    Walk numbers{
        x + (item * plan.inputs + input) * x_plane + (x_row * plan.x.width + x_column) * lanes, 1,
        stride.width * lanes, stride.height * plan.x.width * lanes, plan.inputs * x_plane};
    Count const number_of_tap = tap.height * plan.window.kernel.width + tap.width;
    float* to = sums + panel * blocks_a_panel * lanes * plan.x.channels * plan.taps() +
                (input * plan.taps() + number_of_tap) * lanes * blocks * lanes;
    for (int channel = 0; channel < lanes; channel += numbers_at_a_time<lanes>) {
      sum_outer_products<lanes, blocks>(to, vectors, numbers, places, is_first);
      to += numbers_at_a_time<lanes> * blocks * lanes;
      numbers.first += numbers_at_a_time<lanes>;
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
    Count const taps = plan.taps(), row = plan.x.channels * taps;
    Count const first = panel * blocks_a_panel * lanes;
    Count const width = std::min<Count>(blocks_a_panel * lanes, plan.dy.channels - first);
    float const* from = sums + first * row;
    for (Count input = 0; input < plan.inputs; ++input, from += lanes * taps * width)
      for (Count output = 0; output < width; ++output) {
        float* to = dweight + (first + output) * row + input * lanes * taps;
        for (Count channel = 0; channel < lanes; ++channel)
          for (Count tap = 0; tap < taps; ++tap)
            *to++ = from[(tap * lanes + channel) * width + output];
      }
  }
};

/// dweight = sum over items and positions of x dy, in FP32, of activations in blocks of `lanes`
/// channels. Each thread has panels of dy's channels: the same bits with any number of threads.
template <int lanes>
class DirectFilterGradient {
 public:
  /// @param device outlives it
  DirectFilterGradient(devices::Host& device, Window const& window, Shape const& x, Shape const& dy)
      : device_(&device),
        plan_(filter_gradient_plan(window, x, dy, lanes)),
        sums_(device, dy.channels * x.channels * plan_.taps()) {}

  void run(float const* x, float const* dy, float* dweight) {
    Count const all = panels(plan_.outputs);
    Count const threads = std::min<Count>(device_->threads(), all);
    device_->parallel(threads, [&](Count thread) {
      Range const own{all * thread / threads, all * (thread + 1) / threads};
      device_->vectorized(SumFilterGradient<lanes>{plan_, own, x, dy, sums_.data()});
      for (Count panel = own.begin; panel < own.end; ++panel)
        device_->vectorized(WritePlainFilters<lanes>{plan_, panel, sums_.data(), dweight});
    });
  }

 private:
  devices::Host* device_;
  FilterGradientPlan plan_;
  Buffer<float> sums_;
};

}  // namespace ai500::kernels::blocked
