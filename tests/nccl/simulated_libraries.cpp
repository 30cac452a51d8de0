// SPDX-License-Identifier: Apache-2.0
// What ai500::cuda and ai500::nccl compile, for the simulated libraries.
#include <ai500/collectives/nccl.ipp>
#include <ai500/devices/cuda.ipp>

#include "simulated.hpp"
