// SPDX-License-Identifier: Apache-2.0
// A set says which number types its kernels compute in.
// expect: SaysWhichTypes
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/kernel_set.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
  using Device = devices::Host;
  static constexpr std::string_view layout = "NCHW";
  static constexpr bool threaded = false;
#ifndef FAULT
  static constexpr bool computes_in(Types) { return true; }
#endif
};
static_assert(KernelSetTraits<Mine>);
