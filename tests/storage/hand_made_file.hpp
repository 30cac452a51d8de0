// SPDX-License-Identifier: Apache-2.0
/// @file Safetensors files put together by hand from the format's definition.
#pragma once

#include <string>

namespace ai500::test {

/// The header's length in eight bytes, the smallest first, the header, the tensors' bytes.
inline std::string file_of(std::string const& header, std::string const& data) {
  std::string bytes;
  for (unsigned shift = 0; shift < 64; shift += 8)
    bytes += static_cast<char>(header.size() >> shift & 255u);
  return bytes + header + data;
}

/// A header of one tensor.
inline std::string header_of(std::string const& name, std::string const& type,
                             std::string const& shape, std::string const& offsets) {
  return R"({")" + name + R"(":{"dtype":")" + type + R"(","shape":)" + shape +
         R"(,"data_offsets":)" + offsets + "}}";
}

}  // namespace ai500::test
