// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <type_traits>

#include <ai500/core/named.hpp>
#include <ai500/core/number_type.hpp>
#include <ai500/precision/dynamic_loss_scaling.hpp>

namespace ai500 {

/// T is a type of number that kernels can be prepared for.
template <class T>
concept HasNumberType = requires {
  detail::NumberTypeOf<T>::value;
};
template <class P>
concept HasComputeType = HasNumberType<typename P::compute>;
template <class P>
concept HasAccumulateType = HasNumberType<typename P::accumulate>;
template <class P>
concept HasMessageType = HasNumberType<typename P::message>;

/// The loss is multiplied by a factor that follows the gradients: they are computed in too few bits
/// otherwise.
template <class P>
concept ScalesLoss = requires {
  { P::loss_scaling } -> std::convertible_to<precision::DynamicLossScaling>;
};
/// The precision says how FP32 products are computed; without it, as FP32.
template <class P>
concept StatesMath = requires {
  { P::math } -> std::convertible_to<Math>;
};

/// Which types of numbers a training uses: `compute` for activations and their gradients,
/// `accumulate` for parameters, their gradients, statistics and losses, `message` for what ranks
/// send each other. Optionally `static constexpr Math math` (StatesMath).
///
/// Optionally `static constexpr precision::DynamicLossScaling loss_scaling` (ScalesLoss).
///
/// Semantics: `accumulate` is at least as wide as `compute`.
/// Models: precision::Fp32, precision::Fp64, precision::TensorFloat32, precision::Mixed,
/// precision::Bf16Mixed.
template <class P>
concept PrecisionPolicy =
    Named<P> && HasComputeType<P> && HasAccumulateType<P> && HasMessageType<P>;

}  // namespace ai500
