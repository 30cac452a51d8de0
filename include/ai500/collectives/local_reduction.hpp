// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <ai500/collectives/policy.hpp>

namespace ai500::collectives {

/// The sum over one rank: its own values, at once, wherever they are.
template <class T, class Device = devices::Host>
class LocalReduction {
 public:
  LocalReduction(Device& device, Count elements) : memory_(device, elements) {}

  View<T, Device> memory() { return memory_.view(); }
  void start(View<T, Device>) {}
  void progress() {}
  Count pending() const { return 0; }
  void finish() {}
  template <class Work>
  void record(Work&& work) {
    work();
  }
  template <class Work>
  void replay(Work&& work) {
    work();
  }
  std::string transport() const { return "none: one rank"; }

 private:
  Buffer<T, Device> memory_;
};
static_assert(ReductionOf<LocalReduction<float>, float> && CanBeRecorded<LocalReduction<float>>);

}  // namespace ai500::collectives
