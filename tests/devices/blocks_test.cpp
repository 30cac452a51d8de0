// SPDX-License-Identifier: Apache-2.0
#include <ai500/devices/blocks.hpp>
//
#include <doctest/doctest.h>

#include <numeric>
#include <vector>

#include <ai500/core/host_device.hpp>
#include <ai500/devices/buffer.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/devices/openmp_team.hpp>

#include "separate_memory.hpp"

using namespace ai500;

namespace {

/// sums[block] = the sum of the block's 8 numbers, halves added to halves; x is reversed.
struct SumAndReverse {
  static constexpr int threads = 8;
  struct Shared {
    float sum[threads];
  };
  float* x;
  float* sums;

  template <class Block>
  AI500_HOST_DEVICE void operator()(Block const& block, Shared& shared) const {
    float* const own = x + block.index() * threads;
    typename Block::template PerThread<float> mine;
    block.for_each_thread([&](int thread) { shared.sum[thread] = mine[thread] = own[thread]; });
    block.for_each_thread([&](int thread) { own[threads - 1 - thread] = mine[thread]; });
    for (int half = threads / 2; half > 0; half /= 2)
      block.for_each_thread([&](int thread) {
        if (thread < half) shared.sum[thread] += shared.sum[thread + half];
      });
    block.for_each_thread([&](int thread) {
      if (thread == 0) sums[block.index()] = shared.sum[0];
    });
  }
};
static_assert(BlockFunctor<SumAndReverse>);

struct NoShared {
  static constexpr int threads = 8;
};
struct OfAnIndex {
  void operator()(Count) const {}
};

/// 3 blocks of the numbers 0 ... 23, reversed in each block, then the three sums.
template <class Device>
std::vector<float> summed(Device& device) {
  Buffer<float, Device> x(device, 24), sums(device, 3);
  Mirror numbers(device, x.view()), results(device, sums.view());
  std::iota(numbers.host().data(), numbers.host().data() + 24, 0.0f);
  numbers.upload();
  device.for_each_block(3, SumAndReverse{x.data(), sums.data()});
  numbers.download();
  results.download();
  std::vector<float> all(numbers.host().data(), numbers.host().data() + 24);
  all.insert(all.end(), results.host().data(), results.host().data() + 3);
  return all;
}

}  // namespace

TEST_CASE("BlockFunctor: threads, shared memory, and an operator of a block") {
  CHECK(BlockFunctor<SumAndReverse>);
  CHECK_FALSE(BlockFunctor<NoShared>);
  CHECK_FALSE(BlockFunctor<OfAnIndex>);
  CHECK(RunsForEachBlock<devices::Host, SumAndReverse>);
  CHECK(RunsForEachBlock<testing::SeparateMemory, SumAndReverse>);
  CHECK_FALSE(RunsForEachBlock<devices::Host, OfAnIndex>);
}

TEST_CASE("for_each_block: phases see what all threads wrote in the one before") {
  devices::Host host, two(devices::openmp_team(2));
  testing::SeparateMemory separate;
  std::vector<float> expected;
  for (int block = 0; block < 3; ++block)
    for (int i = 7; i >= 0; --i) expected.push_back(static_cast<float>(8 * block + i));
  for (float sum : {28.0f, 92.0f, 156.0f}) expected.push_back(sum);

  CHECK(summed(host) == expected);
  CHECK(summed(two) == expected);
  CHECK(summed(separate) == expected);
}
