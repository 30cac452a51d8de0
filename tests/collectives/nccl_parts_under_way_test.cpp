// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/nccl/parts_under_way.hpp>
//
#include <doctest/doctest.h>

using namespace ai500;
using collectives::nccl::Part;
using collectives::nccl::PartsUnderWay;
using namespace std::chrono_literals;

namespace {

PartsUnderWay::Clock::time_point at(std::chrono::seconds since_start) {
  return PartsUnderWay::Clock::time_point{} + since_start;
}

Part numbered(int bucket) { return {.begin = 8 * bucket, .elements = 8, .bucket = bucket}; }

}  // namespace

TEST_CASE("PartsUnderWay: the oldest is the first that has not ended, however many there are") {
  PartsUnderWay parts;
  CHECK(!parts.any());
  for (int bucket = 0; bucket < 5; ++bucket) parts.add(numbered(bucket), at(0s));
  parts.update(4, 3, at(1s));
  for (int bucket = 5; bucket < 40; ++bucket) parts.add(numbered(bucket), at(1s));

  for (int bucket = 3; bucket < 40; ++bucket) {
    REQUIRE(parts.any());
    CHECK(parts.oldest() == numbered(bucket));
    auto const ended = static_cast<std::uint64_t>(bucket) + 1;
    parts.update(ended, ended, at(2s));
  }
  CHECK(!parts.any());
  CHECK(parts.added() == 40);
}

TEST_CASE("PartsUnderWay: stands still since a part last began or ended, or was the only one") {
  PartsUnderWay parts;
  CHECK(parts.still(at(100s)) == 0s);
  parts.add(numbered(0), at(100s));
  parts.add(numbered(1), at(103s));

  CHECK(parts.still(at(105s)) == 5s);
  parts.update(1, 0, at(107s));
  CHECK(parts.still(at(108s)) == 1s);
  parts.update(1, 0, at(109s));  // nothing new
  CHECK(parts.still(at(110s)) == 3s);
  parts.update(2, 2, at(111s));
  CHECK(parts.still(at(200s)) == 0s);
  parts.add(numbered(0), at(300s));  // the time without any does not count
  CHECK(parts.still(at(301s)) == 1s);
}

TEST_CASE("Part: is named with its elements and their type") {
  CHECK(text(Part{.begin = 64, .elements = 36, .type = NumberType::float16, .bucket = 3}) ==
        "bucket 3 (elements 64 to 100 as float16)");
}
