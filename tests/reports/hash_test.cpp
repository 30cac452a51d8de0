// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <ai500/reports/hash.hpp>

using namespace ai500;

// Expected: Python's xxhash.xxh3_128_hexdigest.
TEST_CASE("xxh3_128: the digits are those that xxh128sum prints") {
  CHECK(xxh3_128("") == "99aa06d3014798d86001c324468d497f");
  CHECK(xxh3_128("abc") == "06b05ab6733a618578af5f94892f3950");
}
