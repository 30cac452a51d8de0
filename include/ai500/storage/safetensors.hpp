// SPDX-License-Identifier: Apache-2.0
/// @file Numbers in the safetensors format, which Python reads: 8 bytes little-endian length of the
/// header, the header in JSON, the numbers of its tensors one behind the other. Defined in
/// safetensors.ipp, which needs nlohmann/json.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/core/number_type.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// A named array of numbers; it looks at bytes that another owns.
struct Tensor {
  std::string name;
  NumberType type = NumberType::float32;
  std::vector<Count> shape;
  std::string_view bytes;  ///< row-major, little-endian, product of `shape` numbers
};

/// The texts that a file has beside its tensors.
using Metadata = std::map<std::string, std::string>;

/// What a safetensors file holds.
struct Safetensors {
  Metadata metadata;
  std::vector<Tensor> tensors;  ///< in the order of their bytes
};

/// The longest header that is written and read.
inline constexpr std::size_t longest_safetensors_header = std::size_t{1} << 20;

/// "(2, 3)"
std::string shape_text(std::vector<Count> const& shape);

/// The beginning of a file, up to the first number: the tensors' bytes have to follow, one behind
/// the other. So a large file is written without being put together in memory.
///
/// @throws OutputError if a tensor has not as many bytes as its shape and type say, or the header
///         gets too long.
std::string safetensors_header(Safetensors const& contents);

/// A whole file.
///
/// @throws OutputError as `safetensors_header`.
std::string to_safetensors(Safetensors const& contents);

/// Reads what `to_safetensors` wrote, or others by the format's definition, if it has only the
/// types float32, float64 and int32. The tensors look at `bytes`.
///
/// @param file names the bytes in messages.
/// @throws OutputError naming the file and what is wrong: lengths, header, type, shape, offsets;
///         the tensors must cover the data, without gap or overlap.
Safetensors parse_safetensors(std::string_view bytes, std::string_view file);

}  // namespace ai500
