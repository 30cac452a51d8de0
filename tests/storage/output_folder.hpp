// SPDX-License-Identifier: Apache-2.0
/// @file What tests of files share: a folder that lasts as long as a test, and the messages of
/// OutputErrors.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <ai500/core/error.hpp>

namespace ai500::test {

/// A folder that lasts as long as a test.
class OutputFolder {
 public:
  OutputFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ai500-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error("mkdtemp failed for " + pattern);
    path_ = pattern;
  }
  OutputFolder(OutputFolder const&) = delete;
  OutputFolder& operator=(OutputFolder const&) = delete;
  ~OutputFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string const& path() const { return path_; }
  std::string operator/(std::string const& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// Written and read by streams, independently of the code under test.
inline void write_bytes(std::string const& path, std::string const& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}
inline std::string read_bytes(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The names in a folder, sorted.
inline std::vector<std::string> names_in(std::string const& folder) {
  std::vector<std::string> names;
  for (auto const& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// The message of the OutputError that `call` throws; empty if it throws none. Others pass.
template <class Call>
std::string output_error(Call call) {
  try {
    call();
  } catch (OutputError const& error) {
    return error.what();
  }
  return "";
}

/// Whether `text` has all of `parts`.
inline bool has(std::string const& text, std::vector<std::string> const& parts) {
  return std::all_of(parts.begin(), parts.end(),
                     [&](std::string const& part) { return text.find(part) != std::string::npos; });
}

}  // namespace ai500::test
