// SPDX-License-Identifier: Apache-2.0
/// @file Batch normalization on a GPU, its parts as steps of their own and fused with what follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include <ai500/kernels/functors/element_wise.hpp>
#include <ai500/kernels/functors/normalization_apply.hpp>
#include <ai500/kernels/functors/normalization_statistics.hpp>
#include <ai500/kernels/plain_cuda/channel_kernel.hpp>

namespace ai500::kernels::plain_cuda {

namespace detail {

template <class T, int lanes, class Device>
void take_statistics(Tiles<Device>& on, T const* x, float* statistics) {
  on.run(functors::ChannelMoments<T, lanes>{x, on.partial.data(), on.tiles},
         functors::FinishedMoments{on.partial.data(), statistics, on.tiles});
}

struct Statistics {
  using operation = steps::NormalizationStatistics;
  static constexpr std::size_t x = 0;
  static constexpr Sums sums = Sums::of_ranges;

  static ShapeCheck checked(operation const&, Shapes const& shapes) {
    ShapeCheck const check(operation::name, shapes, 1, 1);
    check.equal("statistics", shapes.writes[0], statistics_of(shapes.reads[x]));
    return check;
  }
  template <class T, int lanes, class Device>
  static void run(Tiles<Device>& on, operation const&, Arguments arguments) {
    take_statistics<T, lanes>(on, arguments.read<T>(x), arguments.write<float>(0));
  }
};

/// y of statistics that are given or, in a forward step, of x's own: then x is read twice.
template <class Operation>
struct Normalized {
  using operation = Operation;
  static constexpr bool takes_statistics = std::is_same_v<operation, steps::NormalizationForward>;
  static constexpr Sums sums = takes_statistics ? Sums::of_ranges : Sums::none;
  // Where what is read and written stands: statistics are the first written, or the second read.
  static constexpr std::size_t x = 0, scale = takes_statistics ? 1 : 2, shift = scale + 1,
                               addend = scale + 2;
  static constexpr std::size_t y = takes_statistics ? 1 : 0, bits = y + 1;

  /// x is read once more for y, after its statistics.
  static std::vector<InPlace> in_place(operation const& what) {
    if (has_addend(what)) return {{y, x}, {y, addend}};
    return {{y, x}};
  }
  static ShapeCheck checked(operation const& what, Shapes const& shapes) {
    ShapeCheck const check(operation::name, shapes, has_addend(what) ? addend + 1 : addend,
                           has_bits(what) ? bits + 1 : bits);
    Shape const& image = shapes.reads[x];
    check.equal("statistics", takes_statistics ? shapes.writes[0] : shapes.reads[1],
                statistics_of(image));
    check.equal("scale", shapes.reads[scale], parameter_of(image));
    check.equal("shift", shapes.reads[shift], parameter_of(image));
    if (has_addend(what)) check.equal("addend", shapes.reads[addend], image);
    check.equal("y", shapes.writes[y], image);
    if (has_bits(what)) check.equal("bits", shapes.writes[bits], steps::bits_of(image));
    return check;
  }
  template <class T, int lanes, class Device>
  static void run(Tiles<Device>& on, operation const& what, Arguments arguments) {
    float const* statistics = nullptr;
    if constexpr (takes_statistics) {
      float* const taken = arguments.write<float>(0);
      take_statistics<T, lanes>(on, arguments.read<T>(x), taken);
      statistics = taken;
    } else {
      statistics = arguments.read<float>(1);
    }
    on.run(functors::NormalizedTile<T, lanes>{
        .x = arguments.read<T>(x),
        .addend = has_addend(what) ? arguments.read<T>(addend) : nullptr,
        .y = arguments.write<T>(y),
        .bits = has_bits(what) ? arguments.write<std::uint8_t>(bits) : nullptr,
        .parameters = {statistics, arguments.read<float>(scale), arguments.read<float>(shift),
                       static_cast<float>(what.epsilon)},
        .tiles = on.tiles,
        .relu = ending_of(what) != steps::NormalizationEnding::none});
  }
};

}  // namespace detail

/// statistics (2, c) = mean and biased variance of each channel
template <class Device>
using NormalizationStatistics = ChannelKernel<detail::Statistics, Device>;
/// y = (x - mean) / deviation * scale + shift
template <class Device>
using NormalizationApply = ChannelKernel<detail::Normalized<steps::NormalizationApply>, Device>;
/// The same, and its ending
template <class Device>
using NormalizationEvaluation =
    ChannelKernel<detail::Normalized<steps::NormalizationEvaluation>, Device>;
/// Statistics, apply and ending
template <class Device>
using NormalizationForward = ChannelKernel<detail::Normalized<steps::NormalizationForward>, Device>;

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
      using Updated = functors::UpdatedRunningStatistics<float>;
      device->for_each(2 * channels,
                       functor_of<Updated, 2, float>(arguments, channels, what.momentum,
                                                     what.batches, what.variance_correction));
    }
  };

  /// @throws GraphError when the shapes do not fit, Error for other types
  static Prepared prepare(Device& device, operation const& what, Shapes const& shapes,
                          Types types) {
    ShapeCheck const check(operation::name, shapes, 2, 1);
    Shape const& summed = shapes.reads[0];
    check.equal("summed statistics", summed, detail::statistics_of(summed));
    check.equal("running statistics", shapes.reads[1], summed);
    check.equal("the new running statistics", shapes.writes[0], summed);
    require_types(operation::name, types);
    return {&device, what, summed.channels};
  }
};

}  // namespace ai500::kernels::plain_cuda
