// SPDX-License-Identifier: Apache-2.0
// A set says whether its kernels use more than one thread.
// expect: StatesThreading
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/kernel_set.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
  using Device = devices::Host;
  static constexpr std::string_view layout = "NCHW";
#ifndef FAULT
  static constexpr bool threaded = false;
#endif
  static constexpr bool computes_in(Types) { return true; }
};
static_assert(KernelSetTraits<Mine>);
