// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/devices/buffer.hpp>

namespace ai500 {

/// What a base model knows: its parameters, and the running statistics of its normalizations.
/// Networks for training and for evaluation look at the same one.
template <class T, class Device>
struct ModelState {
  Buffer<T, Device> parameters;
  Buffer<T, Device> running_statistics;
};

}  // namespace ai500
