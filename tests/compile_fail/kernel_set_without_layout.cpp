// SPDX-License-Identifier: Apache-2.0
// A set states its layout: reports print it.
// expect: StatesLayout
#include <string_view>

#include <ai500/devices/host.hpp>
#include <ai500/kernels/kernel_set.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
  using Device = devices::Host;
#ifndef FAULT
  static constexpr std::string_view layout = "NCHW";
#endif
  static constexpr bool threaded = false;
  static constexpr bool computes_in(Types) { return true; }
};
static_assert(KernelSetTraits<Mine>);
