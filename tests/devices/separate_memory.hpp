// SPDX-License-Identifier: Apache-2.0
/// @file A device whose memory the host cannot reach and whose work is done as late as allowed:
/// what a GPU demands of the code that uses it, on any machine.
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/mman.h>

#include <ai500/core/error.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/kernels/kernel_set.hpp>

namespace ai500::testing {

/// Its pages are closed (a read or write ends the process) except while the device works. Work
/// waits in a queue until `synchronize`, `download` or a deallocation: who reuses staging memory
/// too early gets wrong results.
class SeparateMemory {
 public:
  static constexpr std::string_view name = "separate memory";
  static constexpr bool reached_by_host = false;

  SeparateMemory() = default;
  SeparateMemory(SeparateMemory const&) = delete;
  SeparateMemory& operator=(SeparateMemory const&) = delete;

  void* allocate(std::size_t bytes) {
    std::size_t const size = std::max<std::size_t>(bytes, 1);
    void* const memory = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw Error("SeparateMemory: mmap of " + std::to_string(bytes));
    regions_.push_back({memory, size});
    return memory;
  }
  void deallocate(void* memory) noexcept {
    synchronize();
    auto const region = std::ranges::find(regions_, memory, &Region::memory);
    munmap(memory, region->size);
    regions_.erase(region);
  }

  void* allocate_staging(std::size_t bytes) { return host_.allocate(bytes); }
  void deallocate_staging(void* staging) noexcept {
    synchronize();
    host_.deallocate(staging);
  }

  void upload(void* to, void const* staging, std::size_t bytes) {
    ++uploads_;
    enqueue([=] { std::memcpy(to, staging, bytes); });
  }
  void download(void* staging, void const* from, std::size_t bytes) {
    ++downloads_;
    enqueue([=] { std::memcpy(staging, from, bytes); });
    synchronize();
  }

  template <class Functor>
  void for_each(Count n, Functor const& f) {
    enqueue([this, n, f] { host_.for_each(n, f); });
  }

  void enqueue(std::function<void()> work) { queue_.push_back(std::move(work)); }
  void synchronize() noexcept {
    if (queue_.empty()) return;
    protect(PROT_READ | PROT_WRITE);
    for (auto const& work : queue_) work();
    queue_.clear();
    protect(PROT_NONE);
  }

  devices::Host& host() { return host_; }
  int uploads() const { return uploads_; }
  int downloads() const { return downloads_; }
  std::size_t allocations() const { return regions_.size(); }

 private:
  struct Region {
    void* memory;
    std::size_t size;
  };

  void protect(int access) {
    for (Region const& region : regions_) mprotect(region.memory, region.size, access);
  }

  devices::Host host_;
  std::vector<Region> regions_;
  std::vector<std::function<void()>> queue_;
  int uploads_ = 0;
  int downloads_ = 0;
};
static_assert(DevicePolicy<SeparateMemory>);

/// A host's kernel on the separate memory.
template <class Kernel>
struct OnSeparateMemory {
  static constexpr std::string_view name = Kernel::name;
  using operation = typename Kernel::operation;

  struct Prepared {
    SeparateMemory* device;
    std::unique_ptr<typename Kernel::Prepared> prepared;

    void run(Arguments arguments) {
      device->enqueue([kernel = prepared.get(), arguments] { kernel->run(arguments); });
    }
  };

  static Prepared prepare(SeparateMemory& device, operation const& what, Shapes const& shapes,
                          Types types) {
    return {&device, std::make_unique<typename Kernel::Prepared>(
                         Kernel::prepare(device.host(), what, shapes, types))};
  }
};

/// A host's kernel set on the separate memory.
template <class Set>
struct OnSeparateMemorySet;
template <class SetTraits, class... Kernel>
struct OnSeparateMemorySet<KernelSet<SetTraits, Kernel...>> {
  struct Traits {
    static constexpr std::string_view name = SetTraits::name;
    using Device = SeparateMemory;
    static constexpr std::string_view layout = SetTraits::layout;
    static constexpr bool threaded = false;
    static constexpr bool computes_in(Types types) { return SetTraits::computes_in(types); }
  };
  using type = KernelSet<Traits, OnSeparateMemory<Kernel>...>;
};

}  // namespace ai500::testing
