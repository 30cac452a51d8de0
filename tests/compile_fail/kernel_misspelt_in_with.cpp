// SPDX-License-Identifier: Apache-2.0
// A wrong kernel is refused where a vendor swaps it in, too. What it lacks is named by
// static_assert(KernelPolicy<Mine, Device>) beside it: g++ does not look into the pack here.
// expect: KernelPolicy
#include <string_view>

#include <ai500/kernels/reference.hpp>

using namespace ai500;

struct Mine {
  static constexpr std::string_view name = "mine";
  using operation = steps::Relu;
  struct Prepared {
#ifndef FAULT
    void run(Arguments) {}
#else
    void Run(Arguments) {}
#endif
  };
  static Prepared prepare(devices::Host&, operation const&, Shapes const&, Types) { return {}; }
};
using Swapped = kernels::Reference::with<Mine>;
