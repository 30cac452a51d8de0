// SPDX-License-Identifier: Apache-2.0
/// @file Memory with a type: a Buffer owns, a View looks.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <ai500/core/types.hpp>
#include <ai500/devices/host.hpp>
#include <ai500/devices/policy.hpp>

namespace ai500 {

/// A look at `size` elements in a device's memory. It never comes from a std::span by itself: where
/// data lives is part of the type.
template <class T, class Device = devices::Host>
class View {
 public:
  View() = default;
  View(T* data, Count size) : data_(data), size_(size) {}
  /// A view of constant elements from one of mutable ones.
  template <class Mutable>
    requires std::is_same_v<Mutable const, T> View(View<Mutable, Device> other)
        : View(other.data(), other.size()) {}

    T* data() const { return data_; }
    Count size() const { return size_; }
    View part(Count offset, Count size) const { return {data_ + offset, size}; }

    /// The elements, where the host can reach them.
    std::span<T> span() const requires ReachedByHost<Device> {
      return {data_, static_cast<std::size_t>(size_)};
    }

   private:
    T* data_ = nullptr;
    Count size_ = 0;
};

/// `size` zeroed elements in a device's memory, freed with the buffer. The device must outlive it.
template <class T, class Device = devices::Host>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;
  Buffer(Device& device, Count size)
      : device_(&device),
        data_(static_cast<T*>(device.allocate(static_cast<std::size_t>(size) * sizeof(T)))),
        size_(size) {}
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() {
    if (data_ != nullptr) device_->deallocate(data_);
  }

  T* data() { return data_; }
  T const* data() const { return data_; }
  Count size() const { return size_; }
  View<T, Device> view() { return {data_, size_}; }
  View<T const, Device> view() const { return {data_, size_}; }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  Device* device_ = nullptr;
  T* data_ = nullptr;
  Count size_ = 0;
};

}  // namespace ai500
