// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/functors/cast.hpp>
//
#include <doctest/doctest.h>

#include <vector>

#include <ai500/devices/host.hpp>

using namespace ai500;
using collectives::functors::Cast;

TEST_CASE("Cast: to the nearest number that the narrower type has, and back without a change") {
  std::vector<float> const x{1.0f, 1.0f / 3, 65504.0f, 1e30f};
  std::vector<half> narrow(4);
  std::vector<float> back(4);

  devices::Host host;
  host.for_each(4, Cast<float, half>{x.data(), narrow.data()});
  host.for_each(4, Cast<half, float>{narrow.data(), back.data()});

  CHECK(back[0] == 1);
  CHECK(back[1] == 1365.0f / 4096);  // 11 bits of 1/3
  CHECK(back[2] == 65504);
  CHECK(back[3] > 1e38f);  // infinite
  static_assert(cuda::CompiledForDevice<Cast<float, bfloat16>>);
  static_assert(!cuda::CompiledForDevice<Cast<double, half>>);
}
