// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include <ai500/devices/mirror.hpp>
#include <ai500/optimizers/update_terms.hpp>

namespace ai500 {

/// The terms of a network's updates in the device's memory, where a recorded step finds those of
/// the step that it is.
template <class T, DevicePolicy Device>
class TermsMemory {
 public:
  explicit TermsMemory(Device& device)
      : device_(device),
        terms_(device, 1),
        learning_rates_{Staging<T, Device>(device, 1), Staging<T, Device>(device, 1)} {
    Mirror terms(device, terms_.view());
    *terms.host().data() = UpdateTerms<T>{};
    terms.upload();
    device.synchronize();  // the mirror goes
  }

  UpdateTerms<T>* data() { return terms_.data(); }

  /// The learning rate of the step that the device is given next.
  void tell(double learning_rate) {
    // Of two by turns: the step before may not have read its own yet.
    T* const staging = learning_rates_[told_++ % learning_rates_.size()].view().data();
    *staging = static_cast<T>(learning_rate);
    device_.upload(&terms_.data()->learning_rate, staging, sizeof(T));
  }

 private:
  Device& device_;
  Buffer<UpdateTerms<T>, Device> terms_;
  std::array<Staging<T, Device>, 2> learning_rates_;
  std::size_t told_ = 0;
};

template <class T, DevicePolicy Device>
  requires ReachedByHost<Device>
class TermsMemory<T, Device> {
 public:
  explicit TermsMemory(Device&) {}

  UpdateTerms<T>* data() { return &terms_; }
  void tell(double learning_rate) { terms_.learning_rate = static_cast<T>(learning_rate); }

 private:
  UpdateTerms<T> terms_;
};

}  // namespace ai500
