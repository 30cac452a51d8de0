// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/local_reduction.hpp>
//
#include <doctest/doctest.h>

using namespace ai500;

TEST_CASE("LocalReduction: one rank's sum is what it gave, at once") {
  devices::Host host;
  collectives::LocalReduction<double> reduction(host, 3);
  View<double> const memory = reduction.memory();
  CHECK(memory.size() == 3);
  CHECK(memory.data()[2] == 0);
  memory.data()[2] = 1.5;

  reduction.start(memory.part(2, 1));

  CHECK(reduction.pending() == 0);
  reduction.progress();
  reduction.finish();
  CHECK(memory.data()[2] == 1.5);
  CHECK(reduction.transport() == "none: one rank");
}
