// SPDX-License-Identifier: Apache-2.0
/// @file Convolutions of 3x3 windows with stride 1 by Winograd's minimal filtering F(4x4, 3x3), in
/// FP32, of activations in blocks of channels: 36 multiplications where a direct convolution has
/// 144, and larger rounding errors (winograd_transforms.ipp). Tiles are transformed a chunk at a
/// time; at each of the 36 points of their tiles, what is left is a product of matrices.
#pragma once

#include <algorithm>
#include <cstddef>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/kernels/blocked/outer_products.ipp>
#include <ai500/kernels/blocked/winograd_filters.ipp>
#include <ai500/kernels/blocked/winograd_points.ipp>
#include <ai500/kernels/blocked/winograd_tiles.ipp>

namespace ai500::kernels::blocked {

/// Whether Winograd's filtering computes this window.
constexpr bool is_for_winograd(Window const& window) {
  return window.kernel == Extent{3, 3} && window.stride == Extent{1, 1} &&
         window.padding.height <= 2 && window.padding.width <= 2;
}

/// At one point, a panel's products (point, panel, tile, block, lane of the output): sums over the
/// inputs.
template <int lanes>
struct MultiplyTiles {
  Tiles const& tiles;
  Points inputs, filters, products;
  Count point, panel;
  Count count;  ///< tiles of the chunk

  [[gnu::always_inline]] void operator()() const {
    if ((panel + 1) * blocks_a_panel * lanes <= tiles.out.channels)
      multiply<blocks_a_panel>();
    else
      multiply<1>();
  }

 private:
  template <int blocks>
  [[gnu::always_inline]] void multiply() const {
    constexpr Count width = blocks * lanes, at_a_time = numbers_at_a_time<lanes>;
    // Of a panel's filters as many inputs as stay in a core's first cache while tiles pass by.
    constexpr Count blocks_a_pass = (12 << 10) / (width * lanes * Count{sizeof(float)});
    Count const first = panel * blocks_a_panel * lanes;
    Count const blocks_in = tiles.in.channels / lanes;
    for (Count in = 0; in < blocks_in; in += blocks_a_pass) {
      Walk const vectors{filters.at(point) + first * tiles.in.channels + in * lanes * width, lanes,
                         width, lanes * width, 0};
      Walk const numbers{inputs.at(point) + in * tiles.chunk * lanes, lanes, 1, tiles.chunk * lanes,
                         0};
      Places const places{1, std::min(blocks_a_pass, blocks_in - in), lanes};
      Sums<> const sums{products.at(point) + first * tiles.chunk, width, lanes};
      SumOuterProducts<lanes, at_a_time, blocks>{
          sums,
          vectors,
          numbers,
          places,
          {.adds = in != 0},
          BytesAhead(sums.first),
          {(count + at_a_time - 1) / at_a_time, at_a_time * lanes, at_a_time * width}}();
    }
  }
};

/// At one point, a panel of the filters' gradients (point, panel, input, block, lane of the
/// output): sums over a chunk's tiles.
template <int lanes>
struct SumTiles {
  Tiles const& tiles;
  Points inputs, outputs, sums;
  Count point, panel;
  Count count;
  bool is_first;  ///< chunk

  [[gnu::always_inline]] void operator()() const {
    if ((panel + 1) * blocks_a_panel * lanes <= tiles.out.channels)
      sum<blocks_a_panel>();
    else
      sum<1>();
  }

 private:
  template <int blocks>
  [[gnu::always_inline]] void sum() const {
    constexpr Count width = blocks * lanes, at_a_time = numbers_at_a_time<lanes>;
    Count const first = panel * blocks_a_panel * lanes, block = tiles.chunk * lanes;
    Walk const vectors{outputs.at(point) + first * tiles.chunk, block, lanes, 0, 0};
    for (Count input = 0; input < tiles.in.channels; input += lanes) {
      Walk const numbers{inputs.at(point) + input * tiles.chunk, 1, lanes, 0, 0};
      Places const places{1, 1, count};
      Sums<> const to{sums.at(point) + first * tiles.in.channels + input * width, width, lanes};
      SumOuterProducts<lanes, at_a_time, blocks>{
          to,
          vectors,
          numbers,
          places,
          {.adds = !is_first},
          BytesAhead(to.first),
          {lanes / at_a_time, at_a_time, at_a_time * width}}();
    }
  }
};

/// Calls part(block, begin, end) for pieces of each block's tiles, shared among the threads.
template <class Part>
void for_each_part(devices::Host const& device, Count blocks, Count tiles, Part const& part) {
  constexpr Count piece = 16;  // tiles
  Count const pieces = (tiles + piece - 1) / piece;
  device.parallel(blocks * pieces, [&](Count task) {
    Count const begin = task % pieces * piece;
    part(task / pieces, begin, std::min(tiles, begin + piece));
  });
}

/// The matrices of one run: of filters (or their gradients), of a chunk's `in`, of its `out`.
struct Matrices {
  Count filters, in, out;  ///< numbers at a point

  explicit Matrices(Tiles const& tiles)
      : filters(tiles.in.channels * tiles.out.channels),
        in(tiles.in.channels * tiles.chunk),
        out(tiles.out.channels * tiles.chunk) {}

  Points filters_at(float* place) const { return {place, Points::distance_of(filters)}; }
  Points in_at(float* place) const { return {place, Points::distance_of(in)}; }
  Points out_behind_in(float* place) const {
    return {place + Points::floats_of(in), Points::distance_of(out)};
  }
  Count filter_floats() const { return Points::floats_of(filters); }
  Count chunk_floats() const { return Points::floats_of(in) + Points::floats_of(out); }
};

/// The correlation of `in` with filters: a convolution forward or, with turned filters, the
/// gradient of its data. The same bits with any number of threads.
template <int lanes>
class Winograd {
 public:
  using Number = float;
  /// Whether transformed filters are good for one run or for all until others are taken.
  enum class Filters { for_one_run, kept };

  /// @param device outlives it
  /// @param padding of `in`
  Winograd(devices::Host& device, Shape const& in, Shape const& out, Extent padding,
           FilterOrder order, Filters filters)
      : device_(&device),
        order_(order),
        tiles_(tiles_of(in, out, padding, numbers_at_a_time<lanes>,
                        points * (in.channels + out.channels))),
        matrices_(tiles_),
        kept_(device, filters == Filters::kept ? matrices_.filter_floats() : 0) {
    Count const floats =
        matrices_.chunk_floats() + (kept_.size() > 0 ? 0 : matrices_.filter_floats());
    device.reserve_scratch(static_cast<std::size_t>(floats) * sizeof(float));
  }

  void take_filters(float const* weight) {
    device_->parallel(panels_out(), [&](Count panel) {
      device_->vectorized(TransformFilters<lanes>{tiles_, order_, weight, filters(), panel});
    });
  }

  /// With the filters that were taken; where they are for one run, right before.
  void run(float const* in, float* out, Ending ending) {
    Tiles const& t = tiles_;
    float* const chunk = scratch() + (kept_.size() > 0 ? 0 : matrices_.filter_floats());
    Points const inputs = matrices_.in_at(chunk), products = matrices_.out_behind_in(chunk);
    for (Count first = 0; first < t.all(); first += t.chunk) {
      Count const count = std::min(t.chunk, t.all() - first);
      for_each_part(*device_, t.in.channels / lanes, count,
                    [&](Count block, Count begin, Count end) {
                      device_->vectorized(TransformTiles<lanes, TransformInput>{
                          t, t.in, t.padding, in, inputs, block, first, begin, end});
                    });
      device_->parallel(points * panels_out(), [&](Count task) {
        device_->vectorized(MultiplyTiles<lanes>{t, inputs, filters(), products,
                                                 task / panels_out(), task % panels_out(), count});
      });
      for_each_part(
          *device_, t.out.channels / lanes, count, [&](Count block, Count begin, Count end) {
            device_->vectorized(
                TransformProducts<lanes>{t, products, ending, out, block, first, begin, end});
          });
    }
  }

 private:
  Count panels_out() const { return panels(tiles_.out.channels / lanes); }
  float* scratch() const { return static_cast<float*>(device_->scratch()); }
  Points filters() { return matrices_.filters_at(kept_.size() > 0 ? kept_.data() : scratch()); }

  devices::Host* device_;
  FilterOrder order_;
  Tiles tiles_;
  Matrices matrices_;
  Buffer<float> kept_;
};

/// The gradient of the filters. The same bits with any number of threads.
template <int lanes>
class WinogradFilterGradient {
 public:
  /// @param device outlives it
  /// @param padding of x
  WinogradFilterGradient(devices::Host& device, Shape const& x, Shape const& dy, Extent padding)
      : device_(&device),
        tiles_(tiles_of(x, dy, padding, numbers_at_a_time<lanes>,
                        points * (x.channels + dy.channels))),
        matrices_(tiles_) {
    Count const floats = matrices_.filter_floats() + matrices_.chunk_floats();
    device.reserve_scratch(static_cast<std::size_t>(floats) * sizeof(float));
  }

  void run(float const* x, float const* dy, float* dweight) const {
    Tiles const& t = tiles_;
    Count const blocks_in = t.in.channels / lanes, blocks_out = t.out.channels / lanes;
    Count const panels_out = panels(blocks_out);
    float* const scratch = static_cast<float*>(device_->scratch());
    float* const chunk = scratch + matrices_.filter_floats();
    Points const sums = matrices_.filters_at(scratch);
    Points const inputs = matrices_.in_at(chunk), outputs = matrices_.out_behind_in(chunk);
    for (Count first = 0; first < t.all(); first += t.chunk) {
      Count const count = std::min(t.chunk, t.all() - first);
      for_each_part(*device_, blocks_in + blocks_out, count,
                    [&](Count block, Count begin, Count end) {
                      if (block < blocks_in)
                        device_->vectorized(TransformTiles<lanes, TransformInput>{
                            t, t.in, t.padding, x, inputs, block, first, begin, end});
                      else
                        device_->vectorized(TransformTiles<lanes, TransformOutputGradient>{
                            t, t.out, {0, 0}, dy, outputs, block - blocks_in, first, begin, end});
                    });
      device_->parallel(points * panels_out, [&](Count task) {
        device_->vectorized(SumTiles<lanes>{t, inputs, outputs, sums, task / panels_out,
                                            task % panels_out, count, first == 0});
      });
    }
    device_->parallel(panels_out, [&](Count panel) {
      device_->vectorized(TransformFilterSums<lanes>{t, sums, dweight, panel});
    });
  }

 private:
  devices::Host* device_;
  Tiles tiles_;
  Matrices matrices_;
};

}  // namespace ai500::kernels::blocked
