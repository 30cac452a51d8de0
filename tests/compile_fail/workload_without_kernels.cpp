// SPDX-License-Identifier: Apache-2.0
// expect: HasKernels
#include "sound_policies.hpp"

using namespace ai500;

struct Mine : sound::Workload {
#ifdef FAULT
  using Kernels = sound::KernelTraits;  // traits of a set, not a set
#endif
};
static_assert(WorkloadPolicy<Mine>);
