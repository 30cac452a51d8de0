// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include <ai500/datasets/gzip_file.hpp>

#include "temporary_folder.hpp"

using namespace ai500;
using namespace ai500::test;

namespace {

// Too irregular for gzip to shrink to nothing, larger than one chunk of the reader: (i^2 / 7) mod
// 256.
Bytes irregular_bytes(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * i / 7);
  return bytes;
}

std::string reading(const std::string& path) {
  return data_error([&] { datasets::read_gzip_file(path, "install it"); });
}

}  // namespace

TEST_CASE("read_gzip_file: gives back what was compressed, also beyond one chunk") {
  const TemporaryFolder folder;
  for (const std::size_t size : {1u, 1000u, 262143u, 262144u, 262145u, 1000000u}) {
    const Bytes bytes = irregular_bytes(size);

    write_gzip(folder / "file.gz", bytes);

    CHECK(datasets::read_gzip_file(folder / "file.gz") == bytes);
  }
}

TEST_CASE("read_gzip_file: reads a plain file as it is") {
  const TemporaryFolder folder;
  const Bytes bytes = irregular_bytes(300);

  write_plain(folder / "file", bytes);

  CHECK(datasets::read_gzip_file(folder / "file") == bytes);
}

TEST_CASE("read_gzip_file: a missing file, a folder and an empty file are named, with the hint") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "folder.gz");
  write_plain(folder / "empty.gz", {});
  write_gzip(folder / "nothing.gz", {});

  CHECK(has(reading(folder / "none.gz"),
            {folder / "none.gz", "gzopen: No such file or directory", "; install it"}));
  CHECK(has(reading(folder / "folder.gz"),
            {folder / "folder.gz", "gzread: Is a directory", "; install it"}));
  CHECK(has(reading(folder / "empty.gz"), {folder / "empty.gz", "is empty", "; install it"}));
  CHECK(has(reading(folder / "nothing.gz"), {folder / "nothing.gz", "is empty", "; install it"}));
}

TEST_CASE("read_gzip_file: a .gz that is not compressed is an error, not data") {
  const TemporaryFolder folder;

  write_plain(folder / "plain.gz", irregular_bytes(300));

  CHECK(has(reading(folder / "plain.gz"),
            {folder / "plain.gz", "not a gzip file", "1f 8b", "; install it"}));
}

TEST_CASE("read_gzip_file: a file cut at any length is an error") {
  const TemporaryFolder folder;
  write_gzip(folder / "whole.gz", irregular_bytes(500));
  const Bytes whole = read_plain(folder / "whole.gz");

  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_plain(folder / "cut.gz",
                Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    const std::string message = reading(folder / "cut.gz");

    INFO("length " << length << ": " << message);
    // Up to one byte nothing says that it was gzip.
    const std::string expected = length == 0   ? "is empty"
                                 : length == 1 ? "not a gzip file"
                                               : "truncated";
    CHECK(has(message, {folder / "cut.gz", expected}));
  }
}

TEST_CASE("read_gzip_file: a wrong checksum, a wrong length and damaged data are errors") {
  const TemporaryFolder folder;
  write_gzip(folder / "whole.gz", irregular_bytes(500));
  const Bytes whole = read_plain(folder / "whole.gz");

  // The last eight bytes are the CRC-32 and the length (RFC 1952, section 2.3.1); the data begin
  // after ten of header.
  Bytes wrong_checksum = whole;
  wrong_checksum[whole.size() - 8] ^= 1;
  Bytes wrong_length = whole;
  wrong_length[whole.size() - 4] ^= 1;
  Bytes wrong_block = whole;
  wrong_block[10] |= 6;  // block type 3 is reserved (RFC 1951, section 3.2.3)

  write_plain(folder / "checksum.gz", wrong_checksum);
  write_plain(folder / "length.gz", wrong_length);
  write_plain(folder / "block.gz", wrong_block);
  CHECK(has(reading(folder / "checksum.gz"),
            {folder / "checksum.gz", "damaged", "incorrect data check"}));
  CHECK(has(reading(folder / "length.gz"),
            {folder / "length.gz", "damaged", "incorrect length check"}));
  CHECK(has(reading(folder / "block.gz"), {folder / "block.gz", "damaged", "invalid block type"}));
}

TEST_CASE("read_gzip_file: a small file that unpacks to too much is refused") {
  const TemporaryFolder folder;
  write_gzip(folder / "zeros.gz", Bytes(1000));

  CHECK(datasets::read_gzip_file(folder / "zeros.gz", "", 1000).size() == 1000);

  const std::string message =
      data_error([&] { datasets::read_gzip_file(folder / "zeros.gz", "", 999); });
  CHECK(has(message, {folder / "zeros.gz", "more than the 999 bytes"}));
}

TEST_CASE(
    "read_gzip_or_plain_file: prefers the compressed file and takes the plain one where that is "
    "absent") {
  const TemporaryFolder folder;
  write_gzip(folder / "both.gz", {1});
  write_plain(folder / "both", {2});
  write_plain(folder / "plain", {3});

  const datasets::DataFile both = datasets::read_gzip_or_plain_file(folder / "both");
  const datasets::DataFile plain = datasets::read_gzip_or_plain_file(folder / "plain");
  const std::string none =
      data_error([&] { datasets::read_gzip_or_plain_file(folder / "none", "install it"); });

  CHECK(datasets::gzip_or_plain_path(folder / "both") == folder / "both.gz");
  CHECK(datasets::gzip_or_plain_path(folder / "plain") == folder / "plain");
  CHECK(both.bytes == Bytes{1});
  CHECK(both.path == folder / "both.gz");
  CHECK(plain.bytes == Bytes{3});
  CHECK(plain.path == folder / "plain");
  CHECK(has(none, {folder / "none.gz", "No such file or directory", "; install it"}));
}

TEST_CASE(
    "read_gzip_or_plain_file: a damaged compressed file is an error even if the plain one is "
    "there") {
  const TemporaryFolder folder;
  write_plain(folder / "both.gz", {0x1f, 0x8b, 8});
  write_plain(folder / "both", {2});

  const std::string message =
      data_error([&] { datasets::read_gzip_or_plain_file(folder / "both"); });

  CHECK(has(message, {folder / "both.gz", "truncated"}));
}
