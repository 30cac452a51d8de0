// SPDX-License-Identifier: Apache-2.0
/// @file What of nccl.hpp calls NCCL and CUDA's runtime. One file of a program includes it:
/// ai500::nccl's.
#pragma once

#include <ai500/collectives/nccl/membership.ipp>
#include <ai500/collectives/nccl/sums.ipp>
