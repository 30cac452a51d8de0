// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/functors/sum_ledger.hpp>
//
#include <doctest/doctest.h>

#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::collectives::functors;

namespace {

/// A step of one part of 100 ns that began at 1000, whose sum the device began to wait for at
/// `waiting_since`.
SumCounts counts_of_step(std::uint64_t waiting_since) {
  SumCounts seen;
  SumLedger ledger;
  ledger.ended_at = 1100;
  ledger.under_way = 100;
  ledger.waiting_since = waiting_since;
  EndWait{&ledger, &seen}(0);
  CHECK(ledger.under_way == 0);
  return seen;
}

}  // namespace

TEST_CASE("SumLedger: exposed is what the device waited for, the rest of a sum was hidden") {
  SumCounts const hidden = counts_of_step(1200), in_part = counts_of_step(1030),
                  waited = counts_of_step(900);

  CHECK(hidden.hidden == 100);
  CHECK(hidden.exposed == 0);
  CHECK(in_part.hidden == 30);
  CHECK(in_part.exposed == 70);
  CHECK(waited.hidden == 0);
  CHECK(waited.exposed == 100);  // before the sum began it did not wait for it
}

TEST_CASE("SumLedger: counts parts and adds up steps") {
  devices::Host host;
  SumCounts seen;
  SumLedger ledger;
  for (int step = 0; step < 3; ++step) {
    for (int part = 0; part < 2; ++part) {
      host.for_each(1, BeginSum{&ledger, &seen});
      CHECK(seen.begun == seen.ended + 1);
      host.for_each(1, EndSum{&ledger, &seen});
    }
    host.for_each(1, BeginWait{&ledger});
    host.for_each(1, EndWait{&ledger, &seen});
  }

  CHECK(seen.begun == 6);
  CHECK(seen.ended == 6);
  CHECK(seen.exposed == 0);  // they had ended when it waited
  CHECK(seen.hidden == ledger.counts.hidden);
  static_assert(cuda::CompiledForDevice<BeginSum> && cuda::CompiledForDevice<EndWait>);
}
