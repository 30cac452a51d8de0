// SPDX-License-Identifier: Apache-2.0
#include <ai500/kernels/functors/layouts.hpp>
//
#include <doctest/doctest.h>

#include <vector>

#include <ai500/devices/host.hpp>

using namespace ai500;
using namespace ai500::kernels;

TEST_CASE("functors::Transposed: rows become columns, matrix by matrix") {
  std::vector<std::uint16_t> const from{1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16};
  std::vector<std::uint16_t> to(12);
  functors::Transposed<std::uint16_t> const transposed{from.data(), to.data(), 2, 2, 3};

  devices::Host().for_each_block(transposed.blocks(), transposed);

  CHECK(to == std::vector<std::uint16_t>{1, 4, 2, 5, 3, 6, 11, 14, 12, 15, 13, 16});
}

TEST_CASE(
    "functors::StoredWeights, PlainWeights, PlainFilters: filters change order, there and back") {
  // Two numbers, filters (1, 2, 1, 2), a number, filters (2, 1, 2, 1).
  std::vector<float> const parameters{1, 2, 10, 11, 20, 21, 3, 30, 31, 40, 41};
  std::vector<functors::FilterSlot> const slots{{2, 6, {2, 2}}, {7, 11, {1, 2}}};
  functors::FilterSlots const filters{slots.data(), 2};
  std::vector<half> weights(11);
  std::vector<float> back(11), filter(4);

  devices::Host const host;
  host.for_each(11, functors::StoredWeights<half>{parameters.data(), weights.data(), filters});
  host.for_each(11, functors::PlainWeights<half>{weights.data(), back.data(), filters});
  host.for_each(4, functors::PlainFilters<half>{weights.data() + 2, filter.data(), {2, 2}});

  CHECK(std::vector<float>(weights.begin(), weights.end()) ==
        std::vector<float>{1, 2, 10, 20, 11, 21, 3, 30, 31, 40, 41});
  CHECK(back == parameters);
  CHECK(filter == std::vector<float>{10, 11, 20, 21});
}
