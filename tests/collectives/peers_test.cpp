// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/peers.hpp>
//
#include <doctest/doctest.h>

TEST_CASE("PeersEndTogether: nobody is known to have ended") {
  CHECK(ai500::collectives::PeersEndTogether{}.who_ended() == "");
}
