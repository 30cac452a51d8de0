// SPDX-License-Identifier: Apache-2.0
/// @file For which types of numbers, and how many at a time, functors are compiled for GPUs.
#pragma once

#include <ai500/core/half.hpp>
#include <ai500/devices/cuda/launch.hpp>

namespace ai500::cuda {

/// The types of numbers that activations are stored as on a GPU.
template <class T>
concept ActivationNumber = OneOf<T, float, half, bfloat16>;

/// One number at a time, or 16 bytes.
template <class T, int lanes>
concept MovesLanes = ActivationNumber<T> &&(lanes == 1 || lanes == 16 / sizeof(T));

/// Packs of 16 bytes: single numbers have functors of their own.
template <class T, int lanes>
concept MovesPacks = MovesLanes<T, lanes> &&(lanes > 1);

}  // namespace ai500::cuda
