// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <type_traits>

#include <ai500/core/named.hpp>
#include <ai500/core/number_type.hpp>

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

/// Which types of numbers a training uses: `compute` for activations and their gradients,
/// `accumulate` for parameters, their gradients, statistics and losses, `message` for what ranks
/// send each other.
///
/// Semantics: `accumulate` is at least as wide as `compute`.
/// Models: precision::Fp32, precision::Fp64.
template <class P>
concept PrecisionPolicy =
    Named<P> && HasComputeType<P> && HasAccumulateType<P> && HasMessageType<P>;

}  // namespace ai500
