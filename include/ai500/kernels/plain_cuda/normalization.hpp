// SPDX-License-Identifier: Apache-2.0
/// @file Batch normalization on a GPU, its parts as steps of their own and fused with what follows.
/// In Layout::channels_last; activations as T, statistics, parameters and their gradients in float.
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/kernels/functors/normalization.hpp>
#include <ai500/kernels/plain_cuda/typed.hpp>

namespace ai500::kernels::plain_cuda {

namespace detail {

constexpr Shape statistics_of(Shape const& x) { return {.items = 2, .channels = x.channels}; }
constexpr Shape parameter_of(Shape const& x) { return {.items = x.channels}; }

/// Whether a step makes sums over pixels.
enum class Sums { none, of_ranges };

/// How blocks share x, and memory for the sums of ranges of pixels.
template <class Device>
struct Tiles {
  Device* device;
  functors::ChannelTiles tiles;
  Buffer<float, Device> partial;  // (2 ranges + 1, channels)

  Tiles(Device& on, Shape const& x, Types types, Sums sums)
      : device(&on),
        tiles(functors::channel_tiles(x.items * x.height * x.width, x.channels,
                                      lanes_of(types, x.channels))) {
    if (sums == Sums::of_ranges)
      partial = Buffer<float, Device>(on, (2 * tiles.ranges + 1) * tiles.channels);
  }

  template <class T, int lanes>
  void measure(T const* x, float* statistics) {
    device->for_each_block(tiles.blocks(),
                           functors::ChannelMoments<T, lanes>{x, partial.data(), tiles});
    functors::FinishedMoments const finished{partial.data(), statistics, tiles};
    device->for_each_block(finished.blocks(), finished);
  }

  template <class T, int lanes>
  void sum_gradients(functors::NormalizationGradientSums<T, lanes> sums, float* dscale,
                     float* dshift) {
    sums.partial = partial.data();
    sums.tiles = tiles;
    device->for_each_block(tiles.blocks(), sums);
    functors::FinishedGradientSums const finished{partial.data(), dscale, dshift, tiles};
    device->for_each_block(finished.blocks(), finished);
  }
};

}  // namespace detail

/// statistics (2, c) = mean and biased variance of each channel.
template <class Device>
struct NormalizationStatistics {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::NormalizationStatistics;

  struct Prepared {
    Typed<Prepared> compute;
    detail::Tiles<Device> tiles;

    template <class T, int lanes>
    void run_typed(Arguments arguments) {
      tiles.template measure<T, lanes>(arguments.read<T>(0), arguments.write<float>(0));
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {all_channels_last(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const&, Shapes const& shapes, Types types) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    Shape const& x = shapes.reads[0];
    check.equal("statistics", shapes.writes[0], detail::statistics_of(x));
    require_layouts(check, shapes, all_channels_last(shapes));
    auto const compute = typed_lanes<Prepared>(operation::name, types, x.channels);
    return {compute, {device, x, types, detail::Sums::of_ranges}};
  }
};

namespace detail {

/// Bits are moved by whole bytes, one a thread.
inline bool bits_fit(steps::ReluMask mask, Shapes const& shapes, Types types) {
  return mask != steps::ReluMask::bits || lanes_of(types, shapes.reads[0].channels) == 8;
}
inline void require_bits_fit(ShapeCheck const& check, steps::ReluMask mask, Shapes const& shapes,
                             Types types) {
  check.require(bits_fit(mask, shapes, types),
                "bits are kept of 16-bit numbers whose channels are a multiple of 8");
}

/// Normalization with statistics that are given and an ending: one kernel for two steps.
template <class Operation, class Device>
struct Normalizes {
  static constexpr std::string_view name = "plain cuda";
  using operation = Operation;
  static constexpr bool keeps_relu_bits = true;

  struct Prepared {
    Typed<Prepared> compute;
    Tiles<Device> tiles;
    steps::NormalizationEvaluation what;

    template <class T, int lanes>
    void run_typed(Arguments arguments) {
      using enum steps::NormalizationEnding;
      tiles.device->for_each_block(
          tiles.tiles.blocks(),
          functors::NormalizedTile<T, lanes>{
              .x = arguments.read<T>(0),
              .addend = what.ending == add_relu ? arguments.read<T>(4) : nullptr,
              .y = arguments.write<T>(0),
              .bits =
                  what.mask == steps::ReluMask::bits ? arguments.write<std::uint8_t>(1) : nullptr,
              .parameters = {arguments.read<float>(1), arguments.read<float>(2),
                             arguments.read<float>(3), static_cast<float>(what.epsilon)},
              .tiles = tiles.tiles,
              .relu = what.ending != none});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static bool applicable(Device&, operation const& what, Shapes const& shapes, Types types) {
    return bits_fit(as_evaluation(what).mask, shapes, types);
  }
  static std::vector<InPlace> in_place(operation const& step) {
    if (as_evaluation(step).ending == steps::NormalizationEnding::add_relu) return {{0, 0}, {0, 4}};
    return {{0, 0}};
  }
  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {all_channels_last(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& step, Shapes const& shapes,
                          Types types) {
    steps::NormalizationEvaluation const what = as_evaluation(step);
    bool const adds = what.ending == steps::NormalizationEnding::add_relu;
    bool const keeps_bits = what.mask == steps::ReluMask::bits;
    ShapeCheck const check(operation::name, shapes, adds ? 5 : 4, keeps_bits ? 2 : 1);
    Shape const& x = shapes.reads[0];
    check.equal("statistics", shapes.reads[1], statistics_of(x));
    check.equal("scale", shapes.reads[2], parameter_of(x));
    check.equal("shift", shapes.reads[3], parameter_of(x));
    if (adds) check.equal("addend", shapes.reads[4], x);
    check.equal("y", shapes.writes[0], x);
    if (keeps_bits) check.equal("bits", shapes.writes[1], steps::bits_of(x));
    require_bits_fit(check, what.mask, shapes, types);
    require_layouts(check, shapes, all_channels_last(shapes));
    auto const compute = typed_lanes<Prepared>(operation::name, types, x.channels);
    return {compute, {device, x, types, Sums::none}, what};
  }

 private:
  static steps::NormalizationEvaluation as_evaluation(operation const& what) {
    if constexpr (std::is_same_v<operation, steps::NormalizationEvaluation>) return what;
    return {.epsilon = what.epsilon};
  }
};

}  // namespace detail

/// y = (x - mean) / deviation * scale + shift
template <class Device>
using NormalizationApply = detail::Normalizes<steps::NormalizationApply, Device>;
/// The same, and its ending.
template <class Device>
using NormalizationEvaluation = detail::Normalizes<steps::NormalizationEvaluation, Device>;

/// Statistics, apply and ending: x is read twice.
template <class Device>
struct NormalizationForward {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::NormalizationForward;
  static constexpr bool keeps_relu_bits = true;

  struct Prepared {
    Typed<Prepared> compute;
    detail::Tiles<Device> tiles;
    operation what;

    template <class T, int lanes>
    void run_typed(Arguments arguments) {
      using enum steps::NormalizationEnding;
      T const* const x = arguments.read<T>(0);
      float* const statistics = arguments.write<float>(0);
      tiles.template measure<T, lanes>(x, statistics);
      tiles.device->for_each_block(
          tiles.tiles.blocks(),
          functors::NormalizedTile<T, lanes>{
              .x = x,
              .addend = what.ending == add_relu ? arguments.read<T>(3) : nullptr,
              .y = arguments.write<T>(1),
              .bits =
                  what.mask == steps::ReluMask::bits ? arguments.write<std::uint8_t>(2) : nullptr,
              .parameters = {statistics, arguments.read<float>(1), arguments.read<float>(2),
                             static_cast<float>(what.epsilon)},
              .tiles = tiles.tiles,
              .relu = what.ending != none});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static bool applicable(Device&, operation const& what, Shapes const& shapes, Types types) {
    return detail::bits_fit(what.mask, shapes, types);
  }
  /// x is read once more for y, after its statistics.
  static std::vector<InPlace> in_place(operation const& what) {
    if (what.ending == steps::NormalizationEnding::add_relu) return {{1, 0}, {1, 3}};
    return {{1, 0}};
  }
  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {all_channels_last(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    bool const adds = what.ending == steps::NormalizationEnding::add_relu;
    bool const keeps_bits = what.mask == steps::ReluMask::bits;
    ShapeCheck const check(operation::name, shapes, adds ? 4 : 3, keeps_bits ? 3 : 2);
    Shape const& x = shapes.reads[0];
    check.equal("scale", shapes.reads[1], detail::parameter_of(x));
    check.equal("shift", shapes.reads[2], detail::parameter_of(x));
    if (adds) check.equal("addend", shapes.reads[3], x);
    check.equal("statistics", shapes.writes[0], detail::statistics_of(x));
    check.equal("y", shapes.writes[1], x);
    if (keeps_bits) check.equal("bits", shapes.writes[2], steps::bits_of(x));
    detail::require_bits_fit(check, what.mask, shapes, types);
    require_layouts(check, shapes, all_channels_last(shapes));
    auto const compute = typed_lanes<Prepared>(operation::name, types, x.channels);
    return {compute, {device, x, types, detail::Sums::of_ranges}, what};
  }
};

/// dscale = sum dy x^, dshift = sum dy, over each channel.
template <class Device>
struct NormalizationParameterGradient {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::NormalizationParameterGradient;

  struct Prepared {
    Typed<Prepared> compute;
    detail::Tiles<Device> tiles;
    float epsilon;

    template <class T, int lanes>
    void run_typed(Arguments arguments) {
      tiles.template sum_gradients<T, lanes>(
          {.dy = arguments.read<T>(0),
           .another_dy = nullptr,
           .x = arguments.read<T>(1),
           .y = nullptr,
           .bits = nullptr,
           .masked = nullptr,
           .partial = nullptr,
           .parameters = {arguments.read<float>(2), nullptr, nullptr, epsilon},
           .tiles = {},
           .open = functors::OpenWhere::everywhere},
          arguments.write<float>(0), arguments.write<float>(1));
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {all_channels_last(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 3, 2);
    Shape const& x = shapes.reads[1];
    check.equal("dy", shapes.reads[0], x);
    check.equal("statistics", shapes.reads[2], detail::statistics_of(x));
    check.equal("dscale", shapes.writes[0], detail::parameter_of(x));
    check.equal("dshift", shapes.writes[1], detail::parameter_of(x));
    require_layouts(check, shapes, all_channels_last(shapes));
    auto const compute = typed_lanes<Prepared>(operation::name, types, x.channels);
    return {compute, {device, x, types, detail::Sums::of_ranges}, static_cast<float>(what.epsilon)};
  }
};

/// dx = scale / deviation (dy - dshift / m - x^ dscale / m)
template <class Device>
struct NormalizationDataGradient {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::NormalizationDataGradient;

  struct Prepared {
    Typed<Prepared> compute;
    detail::Tiles<Device> tiles;
    float epsilon;

    template <class T, int lanes>
    void run_typed(Arguments arguments) {
      tiles.device->for_each_block(
          tiles.tiles.blocks(),
          functors::NormalizationGradientTile<T, lanes>{
              .dy = arguments.read<T>(0),
              .x = arguments.read<T>(1),
              .dscale = arguments.read<float>(4),
              .dshift = arguments.read<float>(5),
              .dx = arguments.write<T>(0),
              .parameters = {arguments.read<float>(2), arguments.read<float>(3), nullptr, epsilon},
              .tiles = tiles.tiles,
              .relu = false});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static std::vector<InPlace> in_place(operation const&) { return {{0, 0}, {0, 1}}; }
  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {all_channels_last(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 6, 1);
    Shape const& x = shapes.reads[1];
    check.equal("dy", shapes.reads[0], x);
    check.equal("statistics", shapes.reads[2], detail::statistics_of(x));
    check.equal("scale", shapes.reads[3], detail::parameter_of(x));
    check.equal("dscale", shapes.reads[4], detail::parameter_of(x));
    check.equal("dshift", shapes.reads[5], detail::parameter_of(x));
    check.equal("dx", shapes.writes[0], x);
    require_layouts(check, shapes, all_channels_last(shapes));
    auto const compute = typed_lanes<Prepared>(operation::name, types, x.channels);
    return {compute, {device, x, types, detail::Sums::none}, static_cast<float>(what.epsilon)};
  }
};

/// All gradients in two passes. Where something was added, the first one writes the addend's
/// gradient, which is what the second one needs of dy and of the relu's mask.
template <class Device>
struct NormalizationBackward {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::NormalizationBackward;
  static constexpr bool keeps_relu_bits = true;

  struct Prepared {
    Typed<Prepared> compute;
    detail::Tiles<Device> tiles;
    operation what;

    template <class T, int lanes>
    void run_typed(Arguments arguments) {
      using enum steps::NormalizationEnding;
      bool const adds = what.ending == add_relu;
      bool const has_bits = what.mask == steps::ReluMask::bits;
      auto const mask = static_cast<std::size_t>(4 + what.gradients);
      T const* const x = arguments.read<T>(0);
      T const* const dy = arguments.read<T>(4);
      float *const dscale = arguments.write<float>(0), *const dshift = arguments.write<float>(1);
      T* const dx = arguments.write<T>(2);
      T* const masked = adds ? arguments.write<T>(3) : what.gradients == 2 ? dx : nullptr;
      functors::ChannelParameters const parameters{
          arguments.read<float>(1), arguments.read<float>(2), arguments.read<float>(3),
          static_cast<float>(what.epsilon)};
      tiles.template sum_gradients<T, lanes>(
          {.dy = dy,
           .another_dy = what.gradients == 2 ? arguments.read<T>(5) : nullptr,
           .x = x,
           .y = adds && !has_bits ? arguments.read<T>(mask) : nullptr,
           .bits = adds && has_bits ? arguments.read<std::uint8_t>(mask) : nullptr,
           .masked = masked,
           .partial = nullptr,
           .parameters = parameters,
           .tiles = {},
           .open = adds                  ? functors::OpenWhere::result_is_positive
                   : what.ending == relu ? functors::OpenWhere::x_normalized
                                         : functors::OpenWhere::everywhere},
          dscale, dshift);
      tiles.device->for_each_block(tiles.tiles.blocks(),
                                   functors::NormalizationGradientTile<T, lanes>{
                                       .dy = masked != nullptr ? masked : dy,
                                       .x = x,
                                       .dscale = dscale,
                                       .dshift = dshift,
                                       .dx = dx,
                                       .parameters = parameters,
                                       .tiles = tiles.tiles,
                                       .relu = what.ending == relu && masked == nullptr});
    }
    void run(Arguments arguments) { compute(*this, arguments); }
  };

  static bool applicable(Device&, operation const& what, Shapes const& shapes, Types types) {
    return detail::bits_fit(what.mask, shapes, types);
  }
  /// The first pass reads dy and the mask and writes daddend (or, of two gradients, dx), the second
  /// one reads x and that and writes dx.
  static std::vector<InPlace> in_place(operation const& what) {
    bool const adds = what.ending == steps::NormalizationEnding::add_relu;
    std::vector<InPlace> allowed;
    if (adds && what.mask == steps::ReluMask::result)
      allowed.push_back({3, static_cast<std::size_t>(4 + what.gradients)});
    if (adds) allowed.push_back({3, 4});
    allowed.push_back({2, adds && what.gradients == 2 ? std::size_t{5} : std::size_t{4}});
    if (adds || what.gradients == 1) allowed.push_back({2, 0});
    return allowed;
  }
  static std::vector<StepLayouts> layouts(Device&, operation const&, Shapes const& shapes, Types) {
    return {all_channels_last(shapes)};
  }
  /// @throws GraphError when shapes or layouts do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    bool const adds = what.ending == steps::NormalizationEnding::add_relu;
    auto const gradients = static_cast<std::size_t>(what.gradients);
    ShapeCheck const check(operation::name, shapes, 4 + gradients + (adds ? 1 : 0), adds ? 4 : 3);
    Shape const& x = shapes.reads[0];
    check.equal("statistics", shapes.reads[1], detail::statistics_of(x));
    check.equal("scale", shapes.reads[2], detail::parameter_of(x));
    check.equal("shift", shapes.reads[3], detail::parameter_of(x));
    for (std::size_t i = 0; i < gradients; ++i) check.equal("dy", shapes.reads[4 + i], x);
    if (adds)
      check.equal("y, or its bits", shapes.reads[4 + gradients],
                  what.mask == steps::ReluMask::bits ? steps::bits_of(x) : x);
    check.equal("dscale", shapes.writes[0], detail::parameter_of(x));
    check.equal("dshift", shapes.writes[1], detail::parameter_of(x));
    check.equal("dx", shapes.writes[2], x);
    if (adds) check.equal("daddend", shapes.writes[3], x);
    detail::require_bits_fit(check, what.mask, shapes, types);
    require_layouts(check, shapes, all_channels_last(shapes));
    auto const compute = typed_lanes<Prepared>(operation::name, types, x.channels);
    return {compute, {device, x, types, detail::Sums::of_ranges}, what};
  }
};

/// running = (1 - momentum) running + momentum summed / batches
template <class Device>
struct UpdateRunningStatistics {
  static constexpr std::string_view name = "plain cuda";
  using operation = steps::UpdateRunningStatistics;

  struct Prepared {
    Device* device;
    operation what;
    Count channels;

    void run(Arguments arguments) {
      device->for_each(2 * channels, functors::UpdatedRunningStatistics<float>{
                                         arguments.read<float>(0), arguments.read<float>(1),
                                         arguments.write<float>(0), channels, what.momentum,
                                         what.batches, what.variance_correction});
    }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    Count const channels = shapes.reads[0].channels;
    check.equal("summed statistics", shapes.reads[0], {.items = 2, .channels = channels});
    check.equal("running statistics", shapes.reads[1], shapes.reads[0]);
    check.equal("the new running statistics", shapes.writes[0], shapes.reads[0]);
    if (!computes_in(types)) detail::throw_types(operation::name, types);
    return {&device, what, channels};
  }
};

}  // namespace ai500::kernels::plain_cuda
