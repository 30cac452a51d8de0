// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of winograd.hpp.
#pragma once

#include <ai500/kernels/onednn/convolution.ipp>
#include <ai500/kernels/onednn/winograd.hpp>

namespace ai500::kernels::onednn {

bool has_winograd() { return devices::instruction_set() != devices::InstructionSet::generic; }

}  // namespace ai500::kernels::onednn
