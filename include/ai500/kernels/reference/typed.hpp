// SPDX-License-Identifier: Apache-2.0
/// @file The number types of the reference kernels, and how a kernel prepared for one of them runs.
#pragma once

#include <string>
#include <string_view>

#include <ai500/core/error.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500::kernels::reference {

/// float or double throughout.
constexpr bool computes_in(Types types) {
  return types.compute == types.accumulate &&
         (types.compute == NumberType::float32 || types.compute == NumberType::float64);
}

/// The instance of `Prepared::run_typed<T>` for the number type that a step was prepared for,
/// chosen once.
template <class Prepared>
using Typed = void (*)(Prepared&, Arguments);

/// @throws Error for types the reference kernels do not compute in
template <class Prepared>
Typed<Prepared> typed(std::string_view step, Types types) {
  if (!computes_in(types))
    throw Error("kernels::Reference: " + std::string(step) +
                " is computed in float32 or in float64, not in " +
                std::string(name(types.compute)) + " with parameters in " +
                std::string(name(types.accumulate)));
  if (types.compute == NumberType::float32)
    return [](Prepared& prepared, Arguments arguments) {
      prepared.template run_typed<float>(arguments);
    };
  return [](Prepared& prepared, Arguments arguments) {
    prepared.template run_typed<double>(arguments);
  };
}

}  // namespace ai500::kernels::reference
