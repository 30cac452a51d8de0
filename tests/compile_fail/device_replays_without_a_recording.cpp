// SPDX-License-Identifier: Apache-2.0
// A device may have several recordings.
// expect: Records
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Device {
  struct Recording {};
  template <class Work>
  Recording record(Work&& work) {
    work();
    return {};
  }
#ifndef FAULT
  void replay(Recording const&) {}
#else
  void replay() {}
#endif
};
static_assert(Records<Mine>);
