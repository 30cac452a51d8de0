// SPDX-License-Identifier: Apache-2.0
// Sums of float may be sent as half or bfloat16; sums of double only as they are.
// expect: SentAs
#include <ai500/collectives/nccl.hpp>

using namespace ai500;

#ifdef FAULT
using Summed = double;
#else
using Summed = float;
#endif
using Reduction = collectives::NcclReduction<Summed, half>;
static_assert(ReductionOf<Reduction, Summed, devices::Cuda>);
