// SPDX-License-Identifier: Apache-2.0
/// @file The gradients of batch normalization on a GPU, each as a step of its own and all in one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <ai500/kernels/functors/normalization_data_gradient.hpp>
#include <ai500/kernels/functors/normalization_parameter_gradient.hpp>
#include <ai500/kernels/plain_cuda/channel_kernel.hpp>

namespace ai500::kernels::plain_cuda {

namespace detail {

struct ParameterGradient {
  using operation = steps::NormalizationParameterGradient;
  static constexpr std::size_t x = 1;
  static constexpr Sums sums = Sums::of_ranges;

  static ShapeCheck checked(operation const&, Shapes const& shapes) {
    ShapeCheck const check(operation::name, shapes, 3, 2);
    Shape const& image = shapes.reads[x];
    check.equal("dy", shapes.reads[0], image);
    check.equal("statistics", shapes.reads[2], statistics_of(image));
    check.equal("dscale", shapes.writes[0], parameter_of(image));
    check.equal("dshift", shapes.writes[1], parameter_of(image));
    return check;
  }
  template <class T, int lanes, class Device>
  static void run(Tiles<Device>& on, operation const& what, Arguments arguments) {
    on.run(
        functors::NormalizationGradientSums<T, lanes>{
            .dy = arguments.read<T>(0),
            .x = arguments.read<T>(x),
            .partial = on.partial.data(),
            .parameters = {arguments.read<float>(2), nullptr, nullptr,
                           static_cast<float>(what.epsilon)},
            .tiles = on.tiles},
        functors::FinishedGradientSums{on.partial.data(), arguments.write<float>(0),
                                       arguments.write<float>(1), on.tiles});
  }
};

struct DataGradient {
  using operation = steps::NormalizationDataGradient;
  static constexpr std::size_t x = 1;
  static constexpr Sums sums = Sums::none;

  static std::vector<InPlace> in_place(operation const&) { return {{0, 0}, {0, x}}; }
  static ShapeCheck checked(operation const&, Shapes const& shapes) {
    ShapeCheck const check(operation::name, shapes, 6, 1);
    Shape const& image = shapes.reads[x];
    check.equal("dy", shapes.reads[0], image);
    check.equal("statistics", shapes.reads[2], statistics_of(image));
    check.equal("scale", shapes.reads[3], parameter_of(image));
    check.equal("dscale", shapes.reads[4], parameter_of(image));
    check.equal("dshift", shapes.reads[5], parameter_of(image));
    check.equal("dx", shapes.writes[0], image);
    return check;
  }
  template <class T, int lanes, class Device>
  static void run(Tiles<Device>& on, operation const& what, Arguments arguments) {
    on.run(functors::NormalizationGradientTile<T, lanes>{
        .dy = arguments.read<T>(0),
        .x = arguments.read<T>(x),
        .dscale = arguments.read<float>(4),
        .dshift = arguments.read<float>(5),
        .dx = arguments.write<T>(0),
        .parameters = {arguments.read<float>(2), arguments.read<float>(3), nullptr,
                       static_cast<float>(what.epsilon)},
        .tiles = on.tiles,
        .relu = false});
  }
};

/// In two passes. Where something was added, the first one writes the addend's gradient, which is
/// what the second one needs of dy and of the relu's mask.
struct AllGradients {
  using operation = steps::NormalizationBackward;
  static constexpr std::size_t x = 0, dy = 4, another_dy = 5;
  static constexpr Sums sums = Sums::of_ranges;

  /// Which of the reads is y, or its bits.
  static std::size_t mask(operation const& what) {
    return dy + static_cast<std::size_t>(what.gradients);
  }
  /// The first pass reads dy and the mask and writes daddend (or, of two gradients, dx), the second
  /// one reads x and that and writes dx.
  static std::vector<InPlace> in_place(operation const& what) {
    bool const adds = has_addend(what);
    std::vector<InPlace> allowed;
    if (adds && !has_bits(what)) allowed.push_back({3, mask(what)});
    if (adds) allowed.push_back({3, dy});
    allowed.push_back({2, adds && what.gradients == 2 ? another_dy : dy});
    if (adds || what.gradients == 1) allowed.push_back({2, x});
    return allowed;
  }
  static ShapeCheck checked(operation const& what, Shapes const& shapes) {
    bool const adds = has_addend(what);
    ShapeCheck const check(operation::name, shapes, adds ? mask(what) + 1 : mask(what),
                           adds ? 4 : 3);
    Shape const& image = shapes.reads[x];
    check.equal("statistics", shapes.reads[1], statistics_of(image));
    check.equal("scale", shapes.reads[2], parameter_of(image));
    check.equal("shift", shapes.reads[3], parameter_of(image));
    for (std::size_t i = dy; i < mask(what); ++i) check.equal("dy", shapes.reads[i], image);
    if (adds)
      check.equal("y, or its bits", shapes.reads[mask(what)],
                  has_bits(what) ? steps::bits_of(image) : image);
    check.equal("dscale", shapes.writes[0], parameter_of(image));
    check.equal("dshift", shapes.writes[1], parameter_of(image));
    check.equal("dx", shapes.writes[2], image);
    if (adds) check.equal("daddend", shapes.writes[3], image);
    return check;
  }
  template <class T, int lanes, class Device>
  static void run(Tiles<Device>& on, operation const& what, Arguments arguments) {
    bool const adds = has_addend(what);
    bool const has_relu = what.ending == steps::NormalizationEnding::relu;
    float *const dscale = arguments.write<float>(0), *const dshift = arguments.write<float>(1);
    T* const dx = arguments.write<T>(2);
    T* const masked = adds ? arguments.write<T>(3) : what.gradients == 2 ? dx : nullptr;
    functors::ChannelParameters const parameters{arguments.read<float>(1), arguments.read<float>(2),
                                                 arguments.read<float>(3),
                                                 static_cast<float>(what.epsilon)};
    on.run(
        functors::NormalizationGradientSums<T, lanes>{
            .dy = arguments.read<T>(dy),
            .another_dy = what.gradients == 2 ? arguments.read<T>(another_dy) : nullptr,
            .x = arguments.read<T>(x),
            .y = adds && !has_bits(what) ? arguments.read<T>(mask(what)) : nullptr,
            .bits = adds && has_bits(what) ? arguments.read<std::uint8_t>(mask(what)) : nullptr,
            .masked = masked,
            .partial = on.partial.data(),
            .parameters = parameters,
            .tiles = on.tiles,
            .open = adds       ? functors::OpenWhere::result_is_positive
                    : has_relu ? functors::OpenWhere::x_normalized
                               : functors::OpenWhere::everywhere},
        functors::FinishedGradientSums{on.partial.data(), dscale, dshift, on.tiles});
    on.run(functors::NormalizationGradientTile<T, lanes>{
        .dy = masked != nullptr ? masked : arguments.read<T>(dy),
        .x = arguments.read<T>(x),
        .dscale = dscale,
        .dshift = dshift,
        .dx = dx,
        .parameters = parameters,
        .tiles = on.tiles,
        .relu = has_relu && masked == nullptr});
  }
};

}  // namespace detail

/// dscale = sum dy x^, dshift = sum dy, over each channel
template <class Device>
using NormalizationParameterGradient = ChannelKernel<detail::ParameterGradient, Device>;
/// dx = scale / deviation (dy - dshift / m - x^ dscale / m)
template <class Device>
using NormalizationDataGradient = ChannelKernel<detail::DataGradient, Device>;
/// All gradients, also those of an ending
template <class Device>
using NormalizationBackward = ChannelKernel<detail::AllGradients, Device>;

}  // namespace ai500::kernels::plain_cuda
