// SPDX-License-Identifier: Apache-2.0
/// @file Convolutions of 3x3 windows with stride 1 by Winograd's minimal filtering F(4x4, 3x3), in
/// FP32, of activations in blocks of channels: 36 multiplications where a direct convolution has
/// 144, and larger rounding errors (winograd_tiles.ipp). Tiles are transformed a chunk at a time;
/// at each of the 36 points of their tiles, what is left is a product of matrices.
#pragma once

#include <algorithm>
#include <cstddef>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/graph/shape.hpp>
#include <ai500/kernels/blocked/outer_products.ipp>
#include <ai500/kernels/blocked/winograd_tiles.ipp>

namespace ai500::kernels::blocked {

/// Whether Winograd's filtering computes this window.
constexpr bool is_for_winograd(Window const& window) {
  return window.kernel == Extent{3, 3} && window.stride == Extent{1, 1} &&
         window.padding.height <= 2 && window.padding.width <= 2;
}

/// Numbers at the 36 points, a matrix each: point p's begins at first + p * distance.
struct Points {
  float* first;
  Count distance;

  /// A line of a cache more than a matrix needs: a tile's points, written one after the other,
  /// would else all be in one set of a cache.
  static constexpr Count distance_of(Count numbers) { return numbers + 16; }
  static constexpr Count floats_of(Count numbers) { return points * distance_of(numbers); }

  float* at(Count point) const { return first + point * distance; }
};

/// The tiles of a correlation of `in` with filters, of which `out` results.
struct Tiles {
  Shape in, out;
  Extent padding;
  Count high, wide;  ///< tiles of an item
  Count chunk;       ///< tiles at a time, a multiple of what is multiplied at a time

  Count all() const { return in.items * high * wide; }
};

/// @param at_a_time tiles
/// @param floats_a_tile that a chunk keeps
inline Tiles tiles_of(Shape const& in, Shape const& out, Extent padding, Count at_a_time,
                      Count floats_a_tile) {
  Tiles tiles{in,
              out,
              padding,
              (out.height + tile_out - 1) / tile_out,
              (out.width + tile_out - 1) / tile_out,
              0};
  // As many tiles as a few megabytes hold: a thread's part of a point's matrix is then in its
  // second cache, and filters are read once for many tiles.
  constexpr Count chunk_floats = 1 << 19;
  Count const most = std::clamp<Count>(chunk_floats / floats_a_tile, 64, 160);
  Count const chunks = (tiles.all() + most - 1) / most;
  Count const even = (tiles.all() + chunks - 1) / chunks;
  tiles.chunk = (even + at_a_time - 1) / at_a_time * at_a_time;
  return tiles;
}

/// Where a tile is: its item, and its first pixel in the plane that it is cut from.
struct TilePlace {
  Count item, row, column;
};

inline TilePlace place_of(Tiles const& tiles, Count tile, Extent before) {
  Count const in_item = tile % (tiles.high * tiles.wide);
  return {tile / (tiles.high * tiles.wide), in_item / tiles.wide * tile_out - before.height,
          in_item % tiles.wide * tile_out - before.width};
}

/// The transformed tiles of one block of channels of some of a chunk's tiles, (point, block, tile,
/// lane): of `in` or, for filters' gradients, of `out`'s gradient.
template <int lanes, class Transform>
struct TransformTiles {
  Tiles const& tiles;
  Shape const& shape;  ///< of what is cut into tiles
  Extent before;       ///< pixels of padding before the first tile
  float const* from;   ///< in blocks of `lanes` channels
  Points to;
  Count block;
  Count first;       ///< tile of the chunk
  Count begin, end;  ///< of the tiles from there

  [[gnu::always_inline]] void operator()() const {
    using Float = typename Vectors<lanes>::Float;
    constexpr int size = Transform::in;
    Count const plane = shape.height * shape.width * lanes;
    for (Count tile = begin; tile < end; ++tile) {
      TilePlace const place = place_of(tiles, first + tile, before);
      float const* corner = from + (place.item * (shape.channels / lanes) + block) * plane +
                            (place.row * shape.width + place.column) * lanes;
      Float d[size][size], t[tile_in][tile_in];
      bool const is_inside = place.row >= 0 && place.column >= 0 &&
                             place.row + size <= shape.height && place.column + size <= shape.width;
      if (is_inside) {
#pragma GCC unroll 8
        for (int row = 0; row < size; ++row)
#pragma GCC unroll 8
          for (int column = 0; column < size; ++column)
            Vectors<lanes>::load(d[row][column], corner + (row * shape.width + column) * lanes);
      } else {
        for (int row = 0; row < size; ++row)
          for (int column = 0; column < size; ++column) {
            d[row][column] = Float{};
            if (place.row + row >= 0 && place.row + row < shape.height &&
                place.column + column >= 0 && place.column + column < shape.width)
              Vectors<lanes>::load(d[row][column], corner + (row * shape.width + column) * lanes);
          }
      }
      transform<Transform>(d, t);
      float* const at = to.first + (block * tiles.chunk + tile) * lanes;
#pragma GCC unroll 8
      for (int row = 0; row < tile_in; ++row)
#pragma GCC unroll 8
        for (int column = 0; column < tile_in; ++column)
          Vectors<lanes>::store(at + (row * tile_in + column) * to.distance, t[row][column]);
    }
  }
};

/// How filters stand in memory: an output's from an input's, in floats, and whether taps are turned
/// by 180 degrees.
struct FilterOrder {
  Count output, input;
  bool is_turned;
};

/// The filters (point, panel, input, block, lane of the output), one panel.
template <int lanes>
struct TransformFilters {
  Tiles const& tiles;
  FilterOrder order;
  float const* weight;
  Points to;
  Count panel;

  [[gnu::always_inline]] void operator()() const {
    using Float = typename Vectors<lanes>::Float;
    constexpr Count panel_width = blocks_a_panel * lanes;
    Count const first = panel * panel_width;
    Count const blocks = std::min<Count>(blocks_a_panel, (tiles.out.channels - first) / lanes);
    for (Count input = 0; input < tiles.in.channels; ++input)
      for (Count block = 0; block < blocks; ++block) {
        float taps[tile_filter * tile_filter][lanes];
        float const* from = weight + (first + block * lanes) * order.output + input * order.input;
        for (int lane = 0; lane < lanes; ++lane, from += order.output)
          for (int tap = 0; tap < tile_filter * tile_filter; ++tap)
            taps[order.is_turned ? tile_filter * tile_filter - 1 - tap : tap][lane] = from[tap];
        Float g[tile_filter][tile_filter], t[tile_in][tile_in];
        for (int tap = 0; tap < tile_filter * tile_filter; ++tap)
          Vectors<lanes>::load(g[tap / tile_filter][tap % tile_filter], taps[tap]);
        transform<TransformFilter>(g, t);
        float* const at = to.first + first * tiles.in.channels + (input * blocks + block) * lanes;
#pragma GCC unroll 8
        for (int row = 0; row < tile_in; ++row)
#pragma GCC unroll 8
          for (int column = 0; column < tile_in; ++column)
            Vectors<lanes>::store(at + (row * tile_in + column) * to.distance, t[row][column]);
      }
  }
};

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
    for (Count in = 0; in < blocks_in; in += blocks_a_pass)
      for (Count tile = 0; tile < count; tile += at_a_time) {
        Walk const vectors{filters.at(point) + first * tiles.in.channels + in * lanes * width,
                           lanes, width, lanes * width, 0};
        Walk const numbers{inputs.at(point) + (in * tiles.chunk + tile) * lanes, lanes, 1,
                           tiles.chunk * lanes, 0};
        sum_outer_products<lanes, blocks>(
            products.at(point) + first * tiles.chunk + tile * width, vectors, numbers,
            {1, std::min(blocks_a_pass, blocks_in - in), lanes}, in == 0);
      }
  }
};

/// What is done to each result at last, in this order.
struct Ending {
  float const* bias = nullptr;  ///< (outputs), is added; null: none
  bool adds = false;            ///< what stands there already
  bool relu = false;
};

/// The results of one block of channels of some of a chunk's tiles.
template <int lanes>
struct TransformProducts {
  Tiles const& tiles;
  Points products;
  Ending ending;
  float* out;
  Count block;
  Count first, begin, end;  ///< as in TransformTiles

  [[gnu::always_inline]] void operator()() const {
    Shape const& y = tiles.out;
    Count const panel = block / blocks_a_panel, channel = panel * blocks_a_panel * lanes;
    Count const width = std::min<Count>(blocks_a_panel * lanes, y.channels - channel);
    float const* const from =
        products.first + channel * tiles.chunk + (block % blocks_a_panel) * lanes;
    Float bias{};
    if (ending.bias != nullptr) Vectors<lanes>::load(bias, ending.bias + block * lanes);
    for (Count tile = begin; tile < end; ++tile) {
      Float m[tile_in][tile_in], results[tile_out][tile_out];
#pragma GCC unroll 8
      for (int row = 0; row < tile_in; ++row)
#pragma GCC unroll 8
        for (int column = 0; column < tile_in; ++column)
          Vectors<lanes>::load(m[row][column],
                               from + (row * tile_in + column) * products.distance + tile * width);
      transform<TransformOutput>(m, results);
      TilePlace const place = place_of(tiles, first + tile, {0, 0});
      float* const to = out + ((place.item * (y.channels / lanes) + block) * y.height * y.width +
                               place.row * y.width + place.column) *
                                  lanes;
      Count const rows = std::min<Count>(tile_out, y.height - place.row);
      Count const columns = std::min<Count>(tile_out, y.width - place.column);
      if (rows == tile_out && columns == tile_out) {
#pragma GCC unroll 8
        for (int row = 0; row < tile_out; ++row)
#pragma GCC unroll 8
          for (int column = 0; column < tile_out; ++column)
            end_and_store(to + (row * y.width + column) * lanes, results[row][column], bias);
      } else {
        for (Count row = 0; row < rows; ++row)
          for (Count column = 0; column < columns; ++column)
            end_and_store(to + (row * y.width + column) * lanes, results[row][column], bias);
      }
    }
  }

 private:
  using Float = typename Vectors<lanes>::Float;

  [[gnu::always_inline]] void end_and_store(float* to, Float& result, Float const& bias) const {
    result += bias;
    if (ending.adds) {
      Float addend;
      Vectors<lanes>::load(addend, to);
      result += addend;
    }
    if (ending.relu) result = result > 0.0f ? result : Float{};
    Vectors<lanes>::store(to, result);
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
    for (Count input = 0; input < tiles.in.channels; input += at_a_time) {
      Walk const numbers{inputs.at(point) + input / lanes * block + input % lanes, 1, lanes, 0, 0};
      sum_outer_products<lanes, blocks>(sums.at(point) + first * tiles.in.channels + input * width,
                                        vectors, numbers, {1, 1, count}, is_first);
    }
  }
};

/// The plain gradient (outputs, inputs, 3, 3) of a panel of filters.
template <int lanes>
struct TransformFilterSums {
  Tiles const& tiles;
  Points sums;
  float* dweight;
  Count panel;

  [[gnu::always_inline]] void operator()() const {
    using Float = typename Vectors<lanes>::Float;
    Count const inputs = tiles.in.channels, first = panel * blocks_a_panel * lanes;
    Count const blocks = std::min<Count>(blocks_a_panel, (tiles.out.channels - first) / lanes);
    for (Count input = 0; input < inputs; ++input)
      for (Count block = 0; block < blocks; ++block) {
        float const* const from = sums.first + first * inputs + (input * blocks + block) * lanes;
        Float m[tile_in][tile_in], g[tile_filter][tile_filter];
#pragma GCC unroll 8
        for (int row = 0; row < tile_in; ++row)
#pragma GCC unroll 8
          for (int column = 0; column < tile_in; ++column)
            Vectors<lanes>::load(m[row][column], from + (row * tile_in + column) * sums.distance);
        transform<TransformFilterGradient>(m, g);
        constexpr int taps = tile_filter * tile_filter;
        float made[taps][lanes];
        for (int tap = 0; tap < taps; ++tap)
          Vectors<lanes>::store(made[tap], g[tap / tile_filter][tap % tile_filter]);
        float* to = dweight + ((first + block * lanes) * inputs + input) * taps;
        for (int lane = 0; lane < lanes; ++lane, to += inputs * taps)
          for (int tap = 0; tap < taps; ++tap) to[tap] = made[tap][lane];
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

/// The correlation of `in` with filters: a convolution forward or, with turned filters, the
/// gradient of its data. The same bits with any number of threads.
template <int lanes>
class Winograd {
 public:
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
        kept_(device, filters == Filters::kept ? Points::floats_of(filter_numbers()) : 0) {
    Count const floats = (kept_.size() > 0 ? 0 : Points::floats_of(filter_numbers())) +
                         Points::floats_of(tiles_.in.channels * tiles_.chunk) +
                         Points::floats_of(tiles_.out.channels * tiles_.chunk);
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
    Points const inputs{scratch() + (kept_.size() > 0 ? 0 : Points::floats_of(filter_numbers())),
                        Points::distance_of(t.in.channels * t.chunk)};
    Points const products{inputs.first + Points::floats_of(t.in.channels * t.chunk),
                          Points::distance_of(t.out.channels * t.chunk)};
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
  Count filter_numbers() const { return tiles_.in.channels * tiles_.out.channels; }
  float* scratch() const { return static_cast<float*>(device_->scratch()); }
  Points filters() {
    return {kept_.size() > 0 ? kept_.data() : scratch(), Points::distance_of(filter_numbers())};
  }

  devices::Host* device_;
  FilterOrder order_;
  Tiles tiles_;
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
                        points * (x.channels + dy.channels))) {
    device.reserve_scratch(static_cast<std::size_t>(floats()) * sizeof(float));
  }

  void run(float const* x, float const* dy, float* dweight) const {
    Tiles const& t = tiles_;
    Count const blocks_in = t.in.channels / lanes, blocks_out = t.out.channels / lanes;
    Count const panels_out = panels(blocks_out);
    float* const scratch = static_cast<float*>(device_->scratch());
    Points const sums{scratch, Points::distance_of(filter_numbers())};
    Points const inputs{scratch + Points::floats_of(filter_numbers()),
                        Points::distance_of(t.in.channels * t.chunk)};
    Points const outputs{inputs.first + Points::floats_of(t.in.channels * t.chunk),
                         Points::distance_of(t.out.channels * t.chunk)};
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
  Count filter_numbers() const { return tiles_.in.channels * tiles_.out.channels; }
  Count floats() const {
    return Points::floats_of(filter_numbers()) +
           Points::floats_of(tiles_.in.channels * tiles_.chunk) +
           Points::floats_of(tiles_.out.channels * tiles_.chunk);
  }

  devices::Host* device_;
  Tiles tiles_;
};

}  // namespace ai500::kernels::blocked
