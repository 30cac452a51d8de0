// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/cudnn/kernel_set.ipp>
