// SPDX-License-Identifier: Apache-2.0
/// @file What the host sees of a device's memory: for a host the memory itself, for another device
/// a copy that is sent and fetched.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/policy.hpp>

namespace ai500 {

/// `size` elements of the host's memory that a device copies from and to at full speed: pinned, on
/// a GPU. The device must outlive it.
template <class T, DevicePolicy Device>
class Staging {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Staging() = default;
  Staging(Device& device, Count size)
      : data_(static_cast<T*>(device.allocate_staging(static_cast<std::size_t>(size) * sizeof(T))),
              Free{&device}),
        size_(size) {}

  View<T> view() const { return {data_.get(), size_}; }

 private:
  struct Free {
    Device* device = nullptr;
    void operator()(T* data) const { device->deallocate_staging(data); }
  };

  std::unique_ptr<T[], Free> data_;
  Count size_ = 0;
};

/// What the host sees of a view: it writes `host()` and calls `upload`, or calls `download` and
/// reads `host()`. After `upload` the host writes again only when a `download` from the device, or
/// its `synchronize`, has returned. The device must outlive the mirror.
template <class T, DevicePolicy Device>
class Mirror {
 public:
  Mirror() = default;
  Mirror(Device& device, View<T, Device> view)
      : device_(&device), view_(view), staging_(device, view.size()) {}

  View<T> host() const { return staging_.view(); }

  void upload() { device_->upload(view_.data(), staging_.view().data(), bytes()); }
  void download() { device_->download(staging_.view().data(), view_.data(), bytes()); }

 private:
  std::size_t bytes() const { return static_cast<std::size_t>(view_.size()) * sizeof(T); }

  Device* device_ = nullptr;
  View<T, Device> view_;
  Staging<T, Device> staging_;
};

/// Nothing is copied where the host reaches the device's memory.
template <class T, DevicePolicy Device>
  requires ReachedByHost<Device>
class Mirror<T, Device> {
 public:
  Mirror() = default;
  Mirror(Device& device, View<T, Device> view) : device_(&device), view_(view) {}

  View<T> host() const { return {view_.data(), view_.size()}; }

  void upload() {}
  void download() { device_->synchronize(); }

 private:
  Device* device_ = nullptr;
  View<T, Device> view_;
};

}  // namespace ai500
