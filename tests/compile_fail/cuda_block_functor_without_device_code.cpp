// SPDX-License-Identifier: Apache-2.0
// A GPU runs only what is compiled for it.
// expect: has_device_code
#include <ai500/devices/cuda.hpp>

using namespace ai500;

struct Mine {
  static constexpr int threads = 32;
  struct Shared {};
  template <class Block>
  void operator()(Block const&, Shared&) const {}
};
#ifndef FAULT
template <>
inline constexpr bool ai500::cuda::has_device_code<Mine> = true;
#endif

void run(devices::Cuda& device) { device.for_each_block(3, Mine{}); }
