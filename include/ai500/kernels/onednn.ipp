// SPDX-License-Identifier: Apache-2.0
/// @file The kernels of the oneDNN set, compiled. One file of a program includes it:
/// ai500::onednn's.
#pragma once

#include <ai500/kernels/onednn.hpp>
#include <ai500/kernels/onednn/api.hpp>
#include <ai500/kernels/onednn/convolution.ipp>
#include <ai500/kernels/onednn/fully_connected.ipp>
#include <ai500/kernels/onednn/normalization.ipp>
#include <ai500/kernels/onednn/pooling.ipp>
#include <ai500/kernels/onednn/reorder.ipp>

namespace ai500::kernels::onednn {

std::string Traits::library() { return "oneDNN " + version(); }

}  // namespace ai500::kernels::onednn
