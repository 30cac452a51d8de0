// SPDX-License-Identifier: Apache-2.0
// The kernels of a set share a device.
// expect: HasDevice
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/kernel_set.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
#ifndef FAULT
  using Device = devices::Host;
#endif
  static constexpr std::string_view layout = "NCHW";
  static constexpr bool threaded = false;
  static constexpr bool computes_in(Types) { return true; }
};
static_assert(KernelSetTraits<Mine>);
