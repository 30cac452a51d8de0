// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of winograd.hpp.
#pragma once

#include <ai500/kernels/onednn/convolution.ipp>
#include <ai500/kernels/onednn/winograd.hpp>

namespace ai500::kernels::onednn {

bool has_winograd() {
  Shape const x{.items = 1, .channels = 64, .height = 28, .width = 28};
  Shapes const shapes{
      {x, {64, 64, 3, 3}},
      {x},
      {{Layout::channels_16, Layout::plain}, {Layout::channels_16}},
  };
  auto const pass =
      detail::Pass<steps::Convolution>::of({{{3, 3}, {1, 1}, {1, 1}}}, shapes, Types{});
  return pass.implementations(Algorithms::winograd_first) !=
         pass.implementations(Algorithms::direct);
}

std::vector<StepLayouts> WinogradConvolution::layouts(devices::Host&, operation const& what,
                                                      Shapes const& shapes, Types types) {
  return detail::convolution_layouts(what, shapes, types);
}

std::vector<std::string> WinogradConvolution::ways(devices::Host&, operation const& what,
                                                   Shapes const& shapes, Types types) {
  return detail::convolution_ways(what, shapes, types, Algorithms::winograd_first);
}

WinogradConvolution::Prepared WinogradConvolution::prepare(devices::Host&, operation const& what,
                                                           Shapes const& shapes, Types types) {
  return detail::prepare_convolution(what, shapes, types, Algorithms::winograd_first);
}

std::vector<StepLayouts> WinogradDataGradient::layouts(devices::Host&, operation const& what,
                                                       Shapes const& shapes, Types types) {
  return detail::convolution_layouts(what, shapes, types);
}

std::vector<std::string> WinogradDataGradient::ways(devices::Host&, operation const& what,
                                                    Shapes const& shapes, Types types) {
  return detail::convolution_ways(what, shapes, types, Algorithms::winograd_first);
}

WinogradDataGradient::Prepared WinogradDataGradient::prepare(devices::Host&, operation const& what,
                                                             Shapes const& shapes, Types types) {
  return detail::prepare_data_gradient(what, shapes, types, Algorithms::winograd_first);
}

std::vector<StepLayouts> WinogradFilterGradient::layouts(devices::Host&, operation const& what,
                                                         Shapes const& shapes, Types types) {
  return detail::convolution_layouts(what, shapes, types);
}

std::vector<std::string> WinogradFilterGradient::ways(devices::Host&, operation const& what,
                                                      Shapes const& shapes, Types types) {
  return detail::convolution_ways(what, shapes, types, Algorithms::winograd_first);
}

WinogradFilterGradient::Prepared WinogradFilterGradient::prepare(devices::Host& device,
                                                                 operation const& what,
                                                                 Shapes const& shapes,
                                                                 Types types) {
  return detail::prepare_filter_gradient(device, what, shapes, types, Algorithms::winograd_first);
}

}  // namespace ai500::kernels::onednn
