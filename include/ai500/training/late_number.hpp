// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include <ai500/devices/mirror.hpp>

namespace ai500 {

/// A number in a device's memory that changes from step to step, read by the host when it gets to
/// it: each `fetch` is answered by one `next`, in their order; up to two may be under way.
template <class T, DevicePolicy Device>
class LateNumber {
 public:
  explicit LateNumber(Device& device) : device_(device), slots_{Slot(device), Slot(device)} {}

  /// The number as it is behind the work that the device was given so far.
  void fetch(T const* number) {
    Slot& slot = slots_[fetched_++ % slots_.size()];
    device_.download_late(slot.staging.view().data(), number, sizeof(T));
    device_.set(slot.mark);
  }

  /// The earliest number that was fetched and not asked for.
  /// @param meanwhile called again and again until the device has come so far
  template <class Meanwhile>
  T next(Meanwhile&& meanwhile) {
    Slot& slot = slots_[read_++ % slots_.size()];
    while (!device_.has_reached(slot.mark)) meanwhile();
    return *slot.staging.view().data();
  }

 private:
  struct Slot {
    explicit Slot(Device& device) : staging(device, 1), mark(device) {}
    Staging<T, Device> staging;
    typename Device::Mark mark;
  };

  Device& device_;
  std::array<Slot, 2> slots_;
  std::size_t fetched_ = 0;
  std::size_t read_ = 0;
};

/// On a host the number is there at once.
template <class T, DevicePolicy Device>
  requires ReachedByHost<Device>
class LateNumber<T, Device> {
 public:
  explicit LateNumber(Device& device) : device_(&device) {}

  void fetch(T const* number) {
    device_->synchronize();
    numbers_[fetched_++ % numbers_.size()] = *number;
  }
  template <class Meanwhile>
  T next(Meanwhile&&) {
    return numbers_[read_++ % numbers_.size()];
  }

 private:
  Device* device_;
  std::array<T, 2> numbers_{};
  std::size_t fetched_ = 0;
  std::size_t read_ = 0;
};

}  // namespace ai500
