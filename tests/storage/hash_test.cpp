// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <doctest/doctest.h>

#include <ai500/storage/hash.hpp>

using namespace ai500;

// Expected: Python's xxhash.xxh3_128_hexdigest.
TEST_CASE("xxh3_128: the digits are those that xxh128sum prints") {
  CHECK(xxh3_128("") == "99aa06d3014798d86001c324468d497f");
  CHECK(xxh3_128("abc") == "06b05ab6733a618578af5f94892f3950");
}

TEST_CASE("PiecewiseHash: is the hash of the pieces one behind the other") {
  std::string const bytes(1000, 'x');
  PiecewiseHash hash;
  CHECK(hash.digits() == xxh3_128(""));

  hash.add("a");
  hash.add("");
  hash.add("bc");
  CHECK(hash.digits() == "06b05ab6733a618578af5f94892f3950");
  hash.add(bytes);

  CHECK(hash.digits() == xxh3_128("abc" + bytes));
}
