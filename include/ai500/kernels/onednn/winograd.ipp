// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of winograd.hpp.
#pragma once

#include <ai500/kernels/onednn/convolution.ipp>
#include <ai500/kernels/onednn/winograd.hpp>

namespace ai500::kernels::onednn {

WinogradOf winograd_of() {
  Shape const x{.items = 1, .channels = 64, .height = 28, .width = 28};
  Shapes const shapes{
      {x, {64, 64, 3, 3}},
      {x},
      {{Layout::channels_16, Layout::plain}, {Layout::channels_16}},
  };
  auto const problem = detail::ConvolutionProblem<steps::Convolution>::of(
      {{{3, 3}, {1, 1}, {1, 1}}}, shapes, Types{});
  if (detail::is_winograd(problem.implementation(Algorithms::winograd_first, "").impl_info_str()))
    return WinogradOf::onednn;
  bool const has_blocks = devices::instruction_set() != devices::InstructionSet::generic;
  return has_blocks ? WinogradOf::ai500 : WinogradOf::nobody;
}

}  // namespace ai500::kernels::onednn
