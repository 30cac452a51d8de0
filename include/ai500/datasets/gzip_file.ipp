// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of gzip_file.hpp.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zlib.h>

#include <ai500/core/error.hpp>
#include <ai500/datasets/gzip_file.hpp>

namespace ai500::datasets {

namespace detail {

struct CloseGzip {
  void operator()(gzFile file) const noexcept { gzclose_r(file); }
};
using GzipHandle = std::unique_ptr<gzFile_s, CloseGzip>;

/// "; hint", or nothing without one.
inline std::string followed_by(std::string_view hint) {
  return hint.empty() ? std::string() : "; " + std::string(hint);
}

/// zlib's own words on a file's last error. It puts the path first, which our messages already do.
inline std::string zlib_words(gzFile file, const std::string& path) {
  int code = Z_OK;
  const std::string words = gzerror(file, &code);
  const std::string prefix = path + ": ";
  return words.starts_with(prefix) ? words.substr(prefix.size()) : words;
}

/// Throws if the last zlib call on `file`, which was `function`, failed or met the end of the file
/// too early.
/// @throws DataError
inline void check_zlib(gzFile file, const char* function, const std::string& path,
                       std::string_view hint) {
  int code = Z_OK;
  gzerror(file, &code);
  if (code == Z_OK || code == Z_STREAM_END) return;
  const char* meaning = code == Z_BUF_ERROR    ? "the file is truncated"
                        : code == Z_DATA_ERROR ? "the compressed data are damaged"
                        : code == Z_MEM_ERROR  ? "there is not enough memory"
                                               : "the file cannot be read";
  throw DataError(path + ": " + meaning + " (" + function + ": " + zlib_words(file, path) + ")" +
                  followed_by(hint));
}

/// Null if the file cannot be opened; errno then says why.
inline GzipHandle open_gzip(const std::string& path) {
  errno = 0;
  return GzipHandle(gzopen(path.c_str(), "rb"));
}

/// @throws DataError for what gzopen's errno means.
[[noreturn]] inline void throw_cannot_open(const std::string& path, int error,
                                           std::string_view hint) {
  const char* reason = error == 0 ? "there is not enough memory" : std::strerror(error);
  throw DataError(path + ": cannot be opened (gzopen: " + reason + ")" + followed_by(hint));
}

/// All that `file` unpacks to.
inline std::vector<std::uint8_t> read_all(gzFile file, const std::string& path,
                                          std::string_view hint, Count at_most) {
  constexpr unsigned chunk_bytes = 1u << 18;
  gzbuffer(file, chunk_bytes);
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> chunk(chunk_bytes);
  while (true) {
    const int got = gzread(file, chunk.data(), chunk_bytes);
    // A truncated file yields its bytes first and its error beside them: the error is asked for
    // after every call.
    check_zlib(file, "gzread", path, hint);
    if (got <= 0) break;
    if (static_cast<Count>(bytes.size()) + got > at_most) {
      throw DataError(path + ": holds more than the " + std::to_string(at_most) +
                      " bytes expected at most" + followed_by(hint));
    }
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + got);
  }
  if (bytes.empty()) throw DataError(path + ": is empty" + followed_by(hint));
  // zlib passes on what does not look like gzip as it is: a .gz whose first bytes are damaged would
  // go unnoticed.
  if (path.ends_with(".gz") && gzdirect(file) == 1) {
    throw DataError(path + ": is not a gzip file: it does not begin with the bytes 1f 8b" +
                    followed_by(hint));
  }
  return bytes;
}

}  // namespace detail

std::vector<std::uint8_t> read_gzip_file(const std::string& path, std::string_view hint,
                                         Count at_most) {
  const detail::GzipHandle file = detail::open_gzip(path);
  if (!file) detail::throw_cannot_open(path, errno, hint);
  return detail::read_all(file.get(), path, hint, at_most);
}

std::string gzip_or_plain_path(const std::string& path, std::string_view hint) {
  const std::string compressed = path + ".gz";
  if (detail::open_gzip(compressed)) return compressed;
  if (errno != ENOENT) detail::throw_cannot_open(compressed, errno, hint);
  if (detail::open_gzip(path)) return path;
  detail::throw_cannot_open(errno == ENOENT ? compressed : path, errno, hint);
}

DataFile read_gzip_or_plain_file(const std::string& path, std::string_view hint, Count at_most) {
  const std::string found = gzip_or_plain_path(path, hint);
  return {found, read_gzip_file(found, hint, at_most)};
}

}  // namespace ai500::datasets
