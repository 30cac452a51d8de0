// SPDX-License-Identifier: Apache-2.0
#include <ai500/devices/host.hpp>
//
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace ai500::testing {
namespace {

/// How often a loop calls each index from 0 to n - 1, and whether it calls any other.
class Calls {
 public:
  explicit Calls(Count n) : times_(static_cast<std::size_t>(n) + 1) {}

  void operator()(Count i) const {
    std::size_t const last = times_.size() - 1;
    ++times_[std::min(static_cast<std::size_t>(i), last)];  // -1 becomes very large
  }
  bool once_each() const {
    return times_.back() == 0 &&
           std::all_of(times_.begin(), times_.end() - 1, [](int times) { return times == 1; });
  }

 private:
  mutable std::vector<int> times_;
};

/// A team of one thread that does everybody's work, the last one's first.
devices::ThreadTeam one_for_all(int threads) {
  return {threads, [](void (*work)(void*, int), void* data, int all) {
            for (int thread = all; thread-- > 0;) work(data, thread);
          }};
}

}  // namespace

TEST_CASE("Host: for_each calls every index once") {
  devices::Host const host;
  for (Count n = 0; n <= 70; ++n) {
    Calls const calls(n);
    host.for_each(n, calls);
    CHECK(calls.once_each());
  }
}

TEST_CASE("allowed_instruction_set: what oneDNN's variable leaves") {
  using enum devices::InstructionSet;
  static_assert(devices::allowed_instruction_set(nullptr) == avx512);
  static_assert(devices::allowed_instruction_set("ALL") == avx512);
  static_assert(devices::allowed_instruction_set("AVX512_CORE_BF16") == avx512);
  static_assert(devices::allowed_instruction_set("AVX2") == avx2);
  static_assert(devices::allowed_instruction_set("AVX2_VNNI") == avx2);
  static_assert(devices::allowed_instruction_set("AVX") == generic);
  static_assert(devices::allowed_instruction_set("SSE41") == generic);
  CHECK(devices::instruction_set() <=
        devices::allowed_instruction_set(std::getenv("ONEDNN_MAX_CPU_ISA")));
}

TEST_CASE("Host: every clone of the loop calls every index once") {
  devices::InstructionSet const best = devices::instruction_set();
  for (Count n = 0; n <= 70; ++n) {
    Calls const generic(n);
    devices::detail::loop_generic(0, n, generic);
    CHECK(generic.once_each());
#if defined(__x86_64__)
    if (best >= devices::InstructionSet::avx2) {
      Calls const avx2(n);
      devices::detail::loop_avx2(0, n, avx2);
      CHECK(avx2.once_each());
    }
    if (best >= devices::InstructionSet::avx512) {
      Calls const avx512(n);
      devices::detail::loop_avx512(0, n, avx512);
      CHECK(avx512.once_each());
    }
#endif
  }
  if (best != devices::InstructionSet::avx512)
    MESSAGE("SKIPPED: this processor runs the loop for ", devices::name(best), " at most");
}

TEST_CASE("Host: for_each computes the bits of a plain loop") {
  std::vector<float> x(70), expected(70);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i) * 0.37f - 11.0f;
  for (std::size_t i = 0; i < x.size(); ++i) expected[i] = x[i] < 0 ? 0.0f : x[i];

  std::vector<float> y(70, -1.0f);
  devices::Host{}.for_each(
      70, [in = x.data(), out = y.data()](Count i) { out[i] = in[i] < 0 ? 0.0f : in[i]; });

  CHECK(y == expected);
}

TEST_CASE("Host: several threads share the indices, each of which is called once") {
  for (int threads : {1, 2, 3, 16}) {
    devices::Host const host(one_for_all(threads));
    CHECK(host.threads() == threads);
    for (Count n : {Count{0}, Count{1}, Count{17}, Count{16384}, Count{16385}, Count{100'003}}) {
      Calls const calls(n);
      host.for_each(n, calls);
      CHECK(calls.once_each());
    }
    for (Count tasks = 0; tasks <= 20; ++tasks) {
      Calls const calls(tasks);
      host.parallel(tasks, calls);
      CHECK(calls.once_each());
    }
  }
}

TEST_CASE("Host: memory is zeroed and begins where a cache line does, of any size") {
  devices::Host host;
  for (std::size_t bytes : {0u, 1u, 63u, 64u, 65u, 4097u}) {
    auto* memory = static_cast<unsigned char*>(host.allocate(bytes));
    CHECK(reinterpret_cast<std::uintptr_t>(memory) % 64 == 0);
    CHECK(std::all_of(memory, memory + bytes, [](unsigned char byte) { return byte == 0; }));
    std::fill(memory, memory + bytes, static_cast<unsigned char>(0xff));  // for the next one
    host.deallocate(memory);
  }
}

TEST_CASE("InstructionSet: each has a name") {
  CHECK(devices::name(devices::InstructionSet::generic) == "generic");
  CHECK(devices::name(devices::InstructionSet::avx2) == "AVX2");
  CHECK(devices::name(devices::InstructionSet::avx512) == "AVX-512");
}

TEST_CASE("Host: scratch is as large as the most that was reserved; a copy begins without") {
  devices::Host host;
  CHECK(host.scratch() == nullptr);

  host.reserve_scratch(1000);
  void* const first = host.scratch();
  host.reserve_scratch(10);
  CHECK(host.scratch() == first);

  host.reserve_scratch(std::size_t{3} << 20);
  auto* const bytes = static_cast<unsigned char*>(host.scratch());
  REQUIRE(bytes != nullptr);
  CHECK(reinterpret_cast<std::uintptr_t>(bytes) % devices::Host::alignment == 0);
  CHECK(std::all_of(bytes, bytes + (std::size_t{3} << 20), [](unsigned char b) { return b == 0; }));

  CHECK(devices::Host(host).scratch() == nullptr);
  CHECK(host.scratch() == bytes);
}

}  // namespace ai500::testing
