// SPDX-License-Identifier: Apache-2.0
/// @file What an update is told besides parameters and gradients. A device that is given its work
/// ahead, or a whole step as one piece, reads it when it gets there.
#pragma once

#include <type_traits>

#include <ai500/core/host_device.hpp>
#include <ai500/devices/policy.hpp>

namespace ai500 {

/// All of it is in numbers of the parameters' type, so that a device copies it as they are.
template <class T>
struct UpdateTerms {
  T learning_rate = 0;
  T gradient_factor = 1;  ///< gradients are multiplied by it first: it takes loss scaling back
  T skipped = 0;          ///< not 0: the update leaves everything as it is
};

/// Terms that are known when the update is given to the device.
template <class T>
struct KnownTerms {
  static constexpr bool are_late = false;
  UpdateTerms<T> terms{};

  AI500_HOST_DEVICE UpdateTerms<T> get() const { return terms; }
};

/// Terms that are in the device's memory when the update is done.
template <class T>
struct LateTerms {
  static constexpr bool are_late = true;
  UpdateTerms<T> const* terms = nullptr;

  AI500_HOST_DEVICE UpdateTerms<T> get() const { return *terms; }
};

/// How the updates of a device are told their terms.
template <class T, class Device>
using TermsOn = std::conditional_t<ReachedByHost<Device>, KnownTerms<T>, LateTerms<T>>;

/// The terms of a device that are in its memory, for the next update that is given to it.
template <class Device, class T>
TermsOn<T, Device> terms_in(UpdateTerms<T> const* memory) {
  if constexpr (ReachedByHost<Device>)
    return {*memory};
  else
    return {memory};
}

}  // namespace ai500
