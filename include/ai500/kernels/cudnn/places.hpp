// SPDX-License-Identifier: Apache-2.0
/// @file Which pattern fits each convolution step of a program; defined in places.ipp. Pure: asks
/// nobody whether cuDNN has an engine for it.
#pragma once

#include <cstddef>
#include <vector>

#include <ai500/graph/program.hpp>
#include <ai500/kernels/cudnn/patterns.hpp>

namespace ai500::kernels::cudnn {

/// A convolution step, forward or gradient, and the largest pattern around it.
struct Place {
  std::size_t step = 0;  ///< of the program
  Name name{};           ///< of the step
  Pattern pattern{};
};

/// The places of a program in the order of its steps. The program is as `lower` makes it, before
/// any fusion: what is around a convolution is recognized by its single steps.
/// - Forward: statistics, where a normalization takes them of the result; normalization and relu
///   before, where only this convolution and its gradients use their result.
/// - Filter gradient: the same normalization and relu before.
/// - Data gradient: the gradients of relu and normalization (two in a projection block) that made
///   the convolution's input; where the input was used twice, the sum with the other use's
///   gradient, if that was made earlier.
std::vector<Place> places(Program const& program, Arithmetic arithmetic);

}  // namespace ai500::kernels::cudnn
