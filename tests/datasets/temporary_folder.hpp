// SPDX-License-Identifier: Apache-2.0
/// @file A folder that lasts as long as a test, and what the tests of data files write into it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <zlib.h>

#include <ai500/core/error.hpp>

namespace ai500::test {

using Bytes = std::vector<std::uint8_t>;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "ai500-datasets-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error("mkdtemp failed for " + pattern);
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline void write_plain(const std::string& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary);
  for (const std::uint8_t byte : bytes) file.put(static_cast<char>(byte));
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

inline void write_gzip(const std::string& path, const Bytes& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  const int written =
      bytes.empty() ? 0 : gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  if (gzclose(file) != Z_OK || written != static_cast<int>(bytes.size()))
    throw std::runtime_error("cannot write " + path);
}

inline Bytes read_plain(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Bytes bytes;
  for (char byte = 0; file.get(byte);) bytes.push_back(static_cast<std::uint8_t>(byte));
  return bytes;
}

/// Appends the four bytes of a number of an IDX header.
inline void append_big_endian(Bytes& bytes, std::uint32_t number) {
  for (const unsigned shift : {24u, 16u, 8u, 0u})
    bytes.push_back(static_cast<std::uint8_t>(number >> shift));
}

/// An IDX file: the numbers of its header, then its payload.
inline Bytes idx_bytes(const std::vector<std::uint32_t>& header, const Bytes& payload) {
  Bytes bytes;
  for (const std::uint32_t number : header) append_big_endian(bytes, number);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

/// The message of the DataError that `call` throws; empty if it throws none. Other exceptions pass.
template <class Call>
std::string data_error(Call call) {
  try {
    call();
  } catch (const DataError& error) {
    return error.what();
  }
  return {};
}

/// Whether `text` has all of `parts`.
inline bool has(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    if (text.find(part) == std::string::npos) return false;
  }
  return true;
}

}  // namespace ai500::test
