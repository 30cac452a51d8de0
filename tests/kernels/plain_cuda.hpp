// SPDX-License-Identifier: Apache-2.0
/// @file What the kernels of GPUs are tested for, on any device: on an emulated one here, on a GPU
/// in tests/device. Every kernel against the reference in double, with what is read rounded to the
/// type that the kernels are for first; fused ones against their parts.
#pragma once

#include "harness.hpp"

namespace ai500::testing {

/// Every kernel of the set that the reference has.
void check_plain_cuda(MakeKernels kernels);

/// Fused normalizations give what their parts give one after the other, on the same device in the
/// same type, but for a last rounding.
void check_fused_normalization(MakeKernels kernels);

/// Statistics of numbers far from 0, whose squares a float could not tell apart.
/// @param kernels for float
void check_far_mean(MakeKernels kernels);

/// A reorder moves every number, there and back.
void check_reorder(MakeKernels kernels);

/// Stored weights are the parameters, filters in the order (c', kh, kw, c).
void check_stored_weights(MakeKernels kernels);

/// The gradient of logits is multiplied by the loss scale, the loss is not; a label that is no
/// class spoils the loss.
void check_cross_entropy(MakeKernels kernels);

}  // namespace ai500::testing
