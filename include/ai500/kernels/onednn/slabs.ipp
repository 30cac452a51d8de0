// SPDX-License-Identifier: Apache-2.0
/// @file What normalizations compute on a slab (a block of 16 or 8 channels of all items, one
/// channel in the plain layout): the loops that fused and single steps share. Activations are
/// numbers T; all is computed in float, sums in float over a plane and in double over the planes.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include <ai500/core/half.hpp>
#include <ai500/kernels/blocked/fetch.ipp>
#include <ai500/kernels/blocked/vectors.ipp>
#include <ai500/kernels/onednn/normalization.hpp>

namespace ai500::kernels::onednn::detail {

using blocked::fetch_ahead;
using blocked::Vectors;

/// value = value where the mask is set, else 0.
template <class Float, class Mask>
[[gnu::always_inline]] inline void keep_where(Float& value, Mask const& mask) {
  value = reinterpret_cast<Float>(reinterpret_cast<Mask>(value) & mask);
}

/// How the channels of a block (`lanes` numbers T) at one pixel are held as floats.
template <class T, int lanes>
struct Pixels {
  static constexpr int vectors = 1;
  using Float = typename Vectors<lanes>::Float;
  using Pixel = Float[vectors];

  [[gnu::always_inline]] static void load(Pixel& pixel, float const* from) {
    Vectors<lanes>::load(pixel[0], from);
  }
  [[gnu::always_inline]] static void store(float* to, Pixel const& pixel) {
    Vectors<lanes>::store(to, pixel[0]);
  }
  /// One number a channel, in the order in which `load` brings those of a pixel.
  [[gnu::always_inline]] static void load_channels(Pixel& pixel, float const* channels) {
    load(pixel, channels);
  }
  [[gnu::always_inline]] static void add_to_channels(double* channels, Pixel const& pixel) {
    for (int lane = 0; lane < lanes; ++lane) channels[lane] += static_cast<double>(pixel[0][lane]);
  }
};

template <>
struct Pixels<bfloat16, 1> : Pixels<float, 1> {
  [[gnu::always_inline]] static void load(Pixel& pixel, bfloat16 const* from) {
    pixel[0][0] = static_cast<float>(*from);
  }
  [[gnu::always_inline]] static void store(bfloat16* to, Pixel const& pixel) {
    *to = bfloat16(pixel[0][0]);
  }
};

/// A bfloat16 is the upper half of a float. Two of them are a word of 32 bits: the even channels
/// are in one vector and the odd ones in another, so that a shift and a mask take them apart, which
/// all instruction sets do faster than widening.
template <int lanes>
struct Pixels<bfloat16, lanes> {
  static constexpr int vectors = 2;
  using Float = typename Vectors<lanes / 2>::Float;
  using Bits = typename Vectors<lanes / 2>::Bits;
  using Pixel = Float[vectors];

  [[gnu::always_inline]] static void load(Pixel& pixel, bfloat16 const* from) {
    Bits words;
    Vectors<lanes / 2>::load(words, from);
    pixel[0] = reinterpret_cast<Float>(words << 16);
    pixel[1] = reinterpret_cast<Float>(words & upper_half);
  }
  [[gnu::always_inline]] static void store(bfloat16* to, Pixel const& pixel) {
    Bits even, odd;
    round(even, pixel[0]);
    round(odd, pixel[1]);
    Vectors<lanes / 2>::store(to, (even >> 16) | (odd & upper_half));
  }
  [[gnu::always_inline]] static void load_channels(Pixel& pixel, float const* channels) {
    float sorted[vectors][lanes / 2];
    for (int lane = 0; lane < lanes; ++lane) sorted[lane % 2][lane / 2] = channels[lane];
    std::memcpy(pixel, sorted, sizeof pixel);
  }
  [[gnu::always_inline]] static void add_to_channels(double* channels, Pixel const& pixel) {
    for (int lane = 0; lane < lanes; ++lane)
      channels[lane] += static_cast<double>(pixel[lane % 2][lane / 2]);
  }

 private:
  static constexpr std::uint32_t upper_half = 0xffff0000;

  /// The upper halves become the nearest bfloat16, the even one in the middle. What is not a number
  /// is left: as a result of arithmetic it is quiet, and so is its upper half.
  [[gnu::always_inline]] static void round(Bits& bits, Float const& value) {
    bits = reinterpret_cast<Bits>(value);
    Bits const up = 0x7fff + ((bits >> 16) & 1);
    bits += up & reinterpret_cast<Bits>(value == value);
  }
};

/// Where a relu behind an addition let through, a bit for each channel of a pixel
/// (steps::ReluMask::bits): a thirty-second of what the relu's result takes to read again.
template <int lanes>
struct ReluBits {
  using Float = typename Vectors<lanes>::Float;
  using Words = typename Vectors<lanes>::Bits;

  /// @param bytes of all pixels
  /// @param place of the pixel, in numbers from the first
  [[gnu::always_inline]] static void store(std::uint8_t* bytes, Count place, Float const& result) {
    Words of_lanes;
    bits_of_lanes(of_lanes);
    of_lanes &= reinterpret_cast<Words>(result > 0);
    Word const word = static_cast<Word>(
        blocked::any_of_lanes(of_lanes, std::make_integer_sequence<int, lanes>{}));
    std::memcpy(bytes + place / 8, &word, sizeof word);
  }
  /// gradient = gradient where it was let through, else 0.
  [[gnu::always_inline]] static void keep_open(std::uint8_t const* bytes, Count place,
                                               Float& gradient) {
    Word word;
    std::memcpy(&word, bytes + place / 8, sizeof word);
    Words of_lanes;
    bits_of_lanes(of_lanes);
    keep_where(gradient, (of_lanes & std::uint32_t{word}) != 0);
  }

 private:
  using Word = std::conditional_t<lanes == 16, std::uint16_t, std::uint8_t>;

  [[gnu::always_inline]] static void bits_of_lanes(Words& words) {
    for (int lane = 0; lane < lanes; ++lane) words[lane] = 1u << lane;
  }
};

/// The items [begin, end) of a block of channels.
struct SlabPart {
  Count block;
  Count begin;
  Count end;
};

/// What a normalization is applied with, in one register a number.
template <int lanes>
struct Affine {
  float factor[lanes] = {};
  float added[lanes] = {};

  Affine() = default;
  [[gnu::always_inline]] Affine(float const* mean, float const* variance, float const* scale,
                                float const* shift, double epsilon) {
    for (int lane = 0; lane < lanes; ++lane) {
      double const f = static_cast<double>(scale[lane]) /
                       std::sqrt(static_cast<double>(variance[lane]) + epsilon);
      factor[lane] = static_cast<float>(f);
      added[lane] = static_cast<float>(static_cast<double>(shift[lane]) -
                                       f * static_cast<double>(mean[lane]));
    }
  }
};

/// sums (2, lanes) = the sum of x - origin and of its square, each lane's; in float over a plane,
/// in double over the planes. The origin, the block's first pixel, keeps differences of large
/// numbers from cancelling.
template <class T, int lanes>
struct SumDeviations {
  Blocks at;
  SlabPart part;
  T const* x;
  double* sums;

  [[gnu::always_inline]] void operator()() const {
    using P = Pixels<T, lanes>;
    constexpr int streams = 4 / P::vectors;  // sums that do not wait for each other
    typename P::Pixel origin;
    P::load(origin, x + at.plane<lanes>(0, part.block));
    for (int i = 0; i < 2 * lanes; ++i) sums[i] = 0;
    for (Count item = part.begin; item < part.end; ++item) {
      T const* p = x + at.plane<lanes>(item, part.block);
      typename P::Pixel sum[streams] = {}, square[streams] = {};
      auto add = [&](T const* from, int stream) __attribute__((always_inline)) {
        typename P::Pixel d;
        fetch_ahead(from + at.next_item<lanes>());
        P::load(d, from);
        for (int v = 0; v < P::vectors; ++v) {
          d[v] -= origin[v];
          sum[stream][v] += d[v];
          square[stream][v] += d[v] * d[v];
        }
      };
      Count pixel = 0;
      for (; pixel + streams <= at.pixels; pixel += streams, p += streams * lanes)
        for (int stream = 0; stream < streams; ++stream) add(p + stream * lanes, stream);
      for (; pixel < at.pixels; ++pixel, p += lanes) add(p, 0);
      for (int stream = 1; stream < streams; ++stream)
        for (int v = 0; v < P::vectors; ++v) {
          sum[0][v] += sum[stream][v];
          square[0][v] += square[stream][v];
        }
      P::add_to_channels(sums, sum[0]);
      P::add_to_channels(sums + lanes, square[0]);
    }
  }
};

/// y = factor x + added, then the ending.
template <class T, int lanes, steps::NormalizationEnding ending,
          steps::ReluMask mask = steps::ReluMask::result>
struct ApplyEnding {
  Blocks at;
  SlabPart part;
  T const* x;
  T const* addend;
  T* y;
  Affine<lanes> const& affine;
  std::uint8_t* bits = nullptr;

  [[gnu::always_inline]] void operator()() const {
    using P = Pixels<T, lanes>;
    typename P::Pixel factor, added;
    P::load_channels(factor, affine.factor);
    P::load_channels(added, affine.added);
    for (Count item = part.begin; item < part.end; ++item) {
      Count const plane = at.plane<lanes>(item, part.block);
      for (Count i = plane; i < plane + at.pixels * lanes; i += lanes) {
        typename P::Pixel value, other;
        Count const next = i + at.next_item<lanes>();
        fetch_ahead(y + next);
        if constexpr (ending == steps::NormalizationEnding::add_relu) fetch_ahead(addend + next);
        P::load(value, x + i);
        if constexpr (ending == steps::NormalizationEnding::add_relu) P::load(other, addend + i);
        for (int v = 0; v < P::vectors; ++v) {
          value[v] = value[v] * factor[v] + added[v];
          if constexpr (ending == steps::NormalizationEnding::add_relu) value[v] += other[v];
          // What is not a number stays so: a training that diverges shows it.
          if constexpr (ending != steps::NormalizationEnding::none)
            keep_where(value[v], ~(value[v] < 0));
        }
        if constexpr (mask == steps::ReluMask::bits) ReluBits<lanes>::store(bits, i, value[0]);
        P::store(y + i, value);
      }
    }
  }
};

/// The gradient that reaches the normalization: that of y, or the sum of two, where the relu let
/// through. Written to `daddend` where the addend needs it. sums (2, lanes): of the gradient, and
/// of the gradient x (x - mean).
template <class T, int lanes, steps::NormalizationEnding ending, int gradients,
          steps::ReluMask mask = steps::ReluMask::result>
struct SumGradients {
  Blocks at;
  SlabPart part;
  T const* x;
  T const* dy;
  T const* dy2;
  T const* y;
  T* daddend;
  float const* mean;
  Affine<lanes> const& affine;
  double* sums;
  std::uint8_t const* bits = nullptr;  ///< in the place of y

  [[gnu::always_inline]] void operator()() const {
    using P = Pixels<T, lanes>;
    constexpr bool reads_y =
        ending == steps::NormalizationEnding::add_relu && mask == steps::ReluMask::result;
    constexpr int streams = 2;  // sums that do not wait for each other
    typename P::Pixel center, factor, added;
    P::load_channels(center, mean);
    P::load_channels(factor, affine.factor);
    P::load_channels(added, affine.added);
    for (int i = 0; i < 2 * lanes; ++i) sums[i] = 0;
    for (Count item = part.begin; item < part.end; ++item) {
      typename P::Pixel sum[streams] = {}, product[streams] = {};
      auto add = [&](Count i, int stream) __attribute__((always_inline)) {
        typename P::Pixel value, g, other, result;
        Count const next = i + at.next_item<lanes>();
        fetch_ahead(x + next);
        fetch_ahead(dy + next);
        if constexpr (gradients == 2) fetch_ahead(dy2 + next);
        if constexpr (reads_y) fetch_ahead(y + next);
        P::load(value, x + i);
        P::load(g, dy + i);
        if constexpr (gradients == 2) P::load(other, dy2 + i);
        if constexpr (reads_y) P::load(result, y + i);
        for (int v = 0; v < P::vectors; ++v) {
          if constexpr (gradients == 2) g[v] += other[v];
          if constexpr (ending == steps::NormalizationEnding::relu)
            keep_where(g[v], value[v] * factor[v] + added[v] > 0);
          if constexpr (reads_y) keep_where(g[v], result[v] > 0);
        }
        if constexpr (mask == steps::ReluMask::bits) ReluBits<lanes>::keep_open(bits, i, g[0]);
        for (int v = 0; v < P::vectors; ++v) {
          sum[stream][v] += g[v];
          product[stream][v] += g[v] * (value[v] - center[v]);
        }
        if constexpr (ending == steps::NormalizationEnding::add_relu) P::store(daddend + i, g);
      };
      Count i = at.plane<lanes>(item, part.block);
      Count const end = i + at.pixels * lanes;
      for (; i + streams * lanes <= end; i += streams * lanes)
        for (int stream = 0; stream < streams; ++stream) add(i + stream * lanes, stream);
      for (; i < end; i += lanes) add(i, 0);
      for (int v = 0; v < P::vectors; ++v) {
        sum[0][v] += sum[1][v];
        product[0][v] += product[1][v];
      }
      P::add_to_channels(sums, sum[0]);
      P::add_to_channels(sums + lanes, product[0]);
    }
  }
};

/// What two statistics' gradients take from each element's.
template <int lanes>
struct Correction {
  float mean_gradient[lanes];
  float slope[lanes];

  Correction(Blocks const& at, float const* variance, float const* dscale, float const* dshift,
             double epsilon) {
    double const m = static_cast<double>(at.items * at.pixels);
    for (int lane = 0; lane < lanes; ++lane) {
      double const inverse = 1 / std::sqrt(static_cast<double>(variance[lane]) + epsilon);
      mean_gradient[lane] = static_cast<float>(static_cast<double>(dshift[lane]) / m);
      slope[lane] = static_cast<float>(inverse * static_cast<double>(dscale[lane]) / m);
    }
  }
};

/// dx = factor (g - mean of g - (x - mean) slope). With `add_relu` g is what `daddend` holds.
template <class T, int lanes, steps::NormalizationEnding ending>
struct ApplyGradient {
  Blocks at;
  SlabPart part;
  T const* x;
  T const* gradient;
  T* dx;
  float const* mean;
  Correction<lanes> const& correction;
  Affine<lanes> const& affine;

  [[gnu::always_inline]] void operator()() const {
    using P = Pixels<T, lanes>;
    typename P::Pixel center, factor, added, middle, steepness;
    P::load_channels(center, mean);
    P::load_channels(factor, affine.factor);
    P::load_channels(added, affine.added);
    P::load_channels(middle, correction.mean_gradient);
    P::load_channels(steepness, correction.slope);
    for (Count item = part.begin; item < part.end; ++item) {
      Count const plane = at.plane<lanes>(item, part.block);
      for (Count i = plane; i < plane + at.pixels * lanes; i += lanes) {
        typename P::Pixel value, g;
        P::load(value, x + i);
        P::load(g, gradient + i);
        for (int v = 0; v < P::vectors; ++v) {
          if constexpr (ending == steps::NormalizationEnding::relu)
            keep_where(g[v], value[v] * factor[v] + added[v] > 0);
          g[v] = factor[v] * (g[v] - middle[v] - (value[v] - center[v]) * steepness[v]);
        }
        P::store(dx + i, g);
      }
    }
  }
};

/// Mean and biased variance of each lane from what SumDeviations added up.
template <class T, int lanes>
void finish_statistics(Blocks const& at, double const* sums, T const* origin, float* mean,
                       float* variance) {
  double const m = static_cast<double>(at.items * at.pixels);
  for (int lane = 0; lane < lanes; ++lane) {
    double const shifted = sums[lane] / m;
    mean[lane] = static_cast<float>(static_cast<double>(origin[lane]) + shifted);
    double const spread = sums[lanes + lane] / m - shifted * shifted;
    variance[lane] = static_cast<float>(spread > 0 ? spread : 0);
  }
}

/// The gradients of scale and shift from what SumGradients added up.
template <int lanes>
void finish_gradients(double const* sums, float const* variance, double epsilon, float* dscale,
                      float* dshift) {
  for (int lane = 0; lane < lanes; ++lane) {
    dscale[lane] = static_cast<float>(sums[lanes + lane] /
                                      std::sqrt(static_cast<double>(variance[lane]) + epsilon));
    dshift[lane] = static_cast<float>(sums[lane]);
  }
}

}  // namespace ai500::kernels::onednn::detail
