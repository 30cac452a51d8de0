// SPDX-License-Identifier: Apache-2.0
/// @file The number types of the reference kernels, and how a kernel prepared for one of them runs.
/// Those that are a functor's loop take bfloat16, too: other sets for CPUs use them.
#pragma once

#include <string>
#include <string_view>

#include <ai500/core/error.hpp>
#include <ai500/core/half.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::reference {

/// float or double throughout.
constexpr bool computes_in(Types types) {
  return types.math == Math::exact && types.compute == types.accumulate &&
         (types.compute == NumberType::float32 || types.compute == NumberType::float64);
}

/// The instance of `Prepared::run_typed<T>` for the number type that a step was prepared for,
/// chosen once.
template <class Prepared>
using Typed = void (*)(Prepared&, Arguments);

/// `run_typed<T>` as a function.
template <class T, class Prepared>
Typed<Prepared> run_typed() {
  return [](Prepared& prepared, Arguments arguments) { prepared.template run_typed<T>(arguments); };
}

/// @throws Error for types the reference kernels do not compute in
template <class Prepared>
Typed<Prepared> typed(std::string_view step, Types types) {
  if (!computes_in(types))
    throw Error("kernels::Reference: " + std::string(step) +
                " is computed in float32 or in float64, not in " +
                std::string(name(types.compute)) +
                (types.math == Math::exact ? "" : " rounded to tensor float32") +
                " with parameters in " + std::string(name(types.accumulate)));
  return types.compute == NumberType::float32 ? run_typed<float, Prepared>()
                                              : run_typed<double, Prepared>();
}

/// The same for a kernel that is a functor's loop over activations.
/// @throws Error for types it does not compute in
template <class Prepared>
Typed<Prepared> typed_functor(std::string_view step, Types types) {
  if (types == Types{NumberType::bfloat16, NumberType::float32})
    return run_typed<bfloat16, Prepared>();
  return typed<Prepared>(step, types);
}

/// The same for a kernel that touches only what is accumulated.
/// @throws Error for types it does not compute in
template <class Prepared>
Typed<Prepared> typed_accumulation(std::string_view step, Types types) {
  return typed<Prepared>(step, {types.accumulate, types.accumulate});
}

}  // namespace ai500::kernels::reference
