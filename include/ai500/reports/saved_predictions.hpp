// SPDX-License-Identifier: Apache-2.0
/// @file A member's predictions as a safetensors file. Defined in saved_predictions.ipp.
#pragma once

#include <string>
#include <string_view>

#include <ai500/aggregation/predictions.hpp>

namespace ai500 {

/// A file with the one tensor "probabilities", F32, of shape (samples, classes).
///
/// @throws OutputError if there are not samples x classes probabilities.
std::string to_safetensors(Predictions const& predictions);

/// Reads what `to_safetensors` wrote, or Python with the same name, type and number of dimensions.
///
/// @param file names the bytes in messages.
/// @throws OutputError naming the file and what is wrong: no safetensors file, or another's.
Predictions predictions_from_safetensors(std::string_view bytes, std::string_view file);

}  // namespace ai500
