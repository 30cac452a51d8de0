// SPDX-License-Identifier: Apache-2.0
#include <ai500/devices/accelerator.hpp>
//
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <ai500/devices/host.hpp>

using namespace ai500;

namespace {

struct Card : devices::Host {
  static int available() { return 4; }
  std::string identity() const { return "card at " + place; }
  std::string description() const { return "card of 8 GB"; }
  std::string place = "00:01.0";
};
static_assert(Accelerator<Card>);
static_assert(!Accelerator<devices::Host>);

}  // namespace

TEST_CASE("accelerators: a host has none, and nothing to tell apart") {
  CHECK(accelerators<devices::Host>() == 0);
  CHECK(identity_of(devices::Host{}) == "");
  CHECK(description_of(devices::Host{}) == "");
  CHECK(accelerators<Card>() == 4);
  CHECK(identity_of(Card{}) == "card at 00:01.0");
  CHECK(description_of(Card{}) == "card of 8 GB");
}

TEST_CASE("local_rank: ranks are counted on their host, wherever they stand") {
  std::vector<std::string> const hosts{"a", "b", "a", "a", "b"};

  CHECK(local_rank(hosts, 0) == 0);
  CHECK(local_rank(hosts, 1) == 0);
  CHECK(local_rank(hosts, 2) == 1);
  CHECK(local_rank(hosts, 3) == 2);
  CHECK(local_rank(hosts, 4) == 1);
  CHECK(ranks_a_host(hosts) == 3);
  CHECK(ranks_a_host({"a"}) == 1);
}

TEST_CASE("require_own_accelerators: one accelerator on one host is one rank's") {
  CHECK_NOTHROW(require_own_accelerators({"a", "a", "b"}, {"x at 1", "x at 2", "x at 1"}));
  CHECK_NOTHROW(require_own_accelerators({"a", "a"}, {"", ""}));  // CPUs
  CHECK_THROWS_WITH_AS(
      require_own_accelerators({"a", "b", "a"}, {"x at 1", "x at 1", "x at 1"}),
      "ranks 0 and 2 on host a have the same accelerator, x at 1; start as many ranks a host as it "
      "has accelerators, or say --share-accelerators",
      UsageError);
}

TEST_CASE("counted_texts: equal ones once, with their number") {
  CHECK(counted_texts({"A", "B", "A", "A"}) == "3 x A; 1 x B");
  CHECK(counted_texts({"", ""}) == "");
  CHECK(counted_texts({}) == "");
}
