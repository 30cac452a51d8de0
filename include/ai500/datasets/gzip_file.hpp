// SPDX-License-Identifier: Apache-2.0
/// @file Reads whole data files, compressed by gzip or plain, and notices every damage that gzip
/// can notice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/core/types.hpp>

namespace ai500::datasets {

/// No data file is read beyond this number of bytes: a few damaged or malicious kilobytes can
/// unpack to gigabytes.
inline constexpr Count largest_data_file = Count{1} << 30;

/// The contents of a file, unpacked if it was compressed by gzip. Its checksum and length are
/// verified; bytes after the end of the compressed data are ignored, as gzip does. A file whose
/// name ends in .gz has to be compressed.
/// @param hint what to do about a bad file, such as the package to install; ends every message.
/// @param at_most a file that unpacks to more bytes is refused.
/// @throws DataError naming the file: missing, unreadable, empty, truncated, damaged, not
/// compressed or too large.
std::vector<std::uint8_t> read_gzip_file(const std::string& path, std::string_view hint = {},
                                         Count at_most = largest_data_file);

/// A file that was read: its bytes, and the path for messages about them.
struct DataFile {
  std::string path;
  std::vector<std::uint8_t> bytes;
};

/// Reads `path`.gz, or `path` itself where that does not exist.
/// @throws DataError as read_gzip_file; it names `path`.gz if neither file exists.
DataFile read_gzip_or_plain_file(const std::string& path, std::string_view hint = {},
                                 Count at_most = largest_data_file);

/// The path of the file that `read_gzip_or_plain_file` reads: `path`.gz, or `path` where that does
/// not exist.
/// @throws DataError naming `path`.gz if neither file exists, or the one that cannot be opened.
std::string gzip_or_plain_path(const std::string& path, std::string_view hint = {});

}  // namespace ai500::datasets
