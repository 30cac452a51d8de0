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
#include <ai500/devices/accelerator.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/kernels/kernel_set.hpp>
#include <ai500/kernels/kernel_table.hpp>

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

  /// Copied as late as allowed: where the queue meets `join_uploads`, or when all is waited for.
  void upload_ahead(void* to, void const* staging, std::size_t bytes) {
    ++uploads_;
    ahead_.push_back([=] { std::memcpy(to, staging, bytes); });
  }
  void join_uploads() {
    enqueue([uploads = std::exchange(ahead_, {})] {
      for (auto const& upload : uploads) upload();
    });
  }
  void download_late(void* staging, void const* from, std::size_t bytes) {
    ++downloads_;
    enqueue([=] { std::memcpy(staging, from, bytes); });
  }

  /// How much of the queue is before it, since the beginning.
  struct Mark {
    explicit Mark(SeparateMemory&) {}
    std::size_t place = 0;
  };
  void set(Mark& mark) { mark.place = done_ + queue_.size(); }
  /// The first question is answered with no, the second one does the work: an impatient host waits.
  bool has_reached(Mark const& mark) {
    if (mark.place <= done_) return true;
    if (std::exchange(asked_, !asked_)) work_until(mark.place);
    return mark.place <= done_;
  }

  using Recording = std::vector<std::function<void()>>;
  template <class Work>
  Recording record(Work&& work) {
    std::vector<std::function<void()>> const waiting = std::exchange(queue_, {});
    std::forward<Work>(work)();
    return std::exchange(queue_, waiting);
  }
  void replay(Recording const& recording) {
    ++replays_;
    for (auto const& work : recording) enqueue(work);
  }

  template <class Functor>
  void for_each(Count n, Functor const& f) {
    enqueue([this, n, f] { host_.for_each(n, f); });
  }

  template <BlockFunctor Functor>
  void for_each_block(Count blocks, Functor const& f) {
    enqueue([this, blocks, f] { host_.for_each_block(blocks, f); });
  }

  void enqueue(std::function<void()> work) { queue_.push_back(std::move(work)); }
  void synchronize() noexcept {
    work_until(done_ + queue_.size());
    for (auto const& upload : std::exchange(ahead_, {})) {
      protect(PROT_READ | PROT_WRITE);
      upload();
      protect(PROT_NONE);
    }
  }

  devices::Host& host() { return host_; }
  int uploads() const { return uploads_; }
  int downloads() const { return downloads_; }
  int replays() const { return replays_; }
  std::size_t allocations() const { return regions_.size(); }

 private:
  struct Region {
    void* memory;
    std::size_t size;
  };

  void protect(int access) {
    for (Region const& region : regions_) mprotect(region.memory, region.size, access);
  }

  void work_until(std::size_t place) noexcept {
    if (place <= done_) return;
    protect(PROT_READ | PROT_WRITE);
    auto const end = queue_.begin() + static_cast<std::ptrdiff_t>(place - done_);
    for (auto work = queue_.begin(); work != end; ++work) (*work)();
    queue_.erase(queue_.begin(), end);
    done_ = place;
    protect(PROT_NONE);
  }

  devices::Host host_;
  std::vector<Region> regions_;
  std::vector<std::function<void()>> queue_;
  std::vector<std::function<void()>> ahead_;  // uploads that nothing waits for yet
  std::size_t done_ = 0;                      // pieces of work, since the beginning
  bool asked_ = false;
  int replays_ = 0;
  int uploads_ = 0;
  int downloads_ = 0;
};
static_assert(DevicePolicy<SeparateMemory> && Records<SeparateMemory>);

/// A host's kernel on the separate memory: as it is compiled in ai500's libraries.
template <class Kernel>
struct OnSeparateMemory {
  static constexpr std::string_view name = Kernel::name;
  using operation = typename Kernel::operation;

  struct Prepared {
    SeparateMemory* device;
    std::unique_ptr<PreparedKernel> prepared;

    void run(Arguments arguments) {
      device->enqueue([kernel = prepared.get(), arguments] { kernel->run(arguments); });
    }
  };

  static Prepared prepare(SeparateMemory& device, operation const& what, Shapes const& shapes,
                          Types types) {
    KernelEntry const kernel = kernel_entry<Kernel, devices::Host>();
    return {&device,
            std::make_unique<PreparedKernel>(kernel.prepare(&device.host(), what, shapes, types))};
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
    static Device make_device(DeviceChoice const&) { return {}; }
  };
  using type = KernelSet<Traits, OnSeparateMemory<Kernel>...>;
};

}  // namespace ai500::testing
