// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/plain_cuda/packs.cuh>
