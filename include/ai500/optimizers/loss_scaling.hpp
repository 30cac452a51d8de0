// SPDX-License-Identifier: Apache-2.0
/// @file Dynamic loss scaling, all of it on the device: gradients of 16-bit numbers are computed of
/// a loss times a scale, so that few of them vanish; where one overflowed the update is skipped and
/// the scale made smaller (Micikevicius et al. 2018, Mixed Precision Training).
#pragma once

#include <vector>

#include <ai500/core/host_device.hpp>
#include <ai500/devices/buffer.hpp>
#include <ai500/devices/cuda/launch.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/optimizers/policy.hpp>
#include <ai500/optimizers/update_terms.hpp>
#include <ai500/precision/dynamic_loss_scaling.hpp>

namespace ai500::optimizers {

/// The scale, and what it depends on. Numbers of one type, so that a checkpoint holds them.
template <class T>
struct LossScale {
  T scale = 1;          ///< that the next step's loss is multiplied by
  T steps_without = 0;  ///< overflow, since the scale was changed last
  T skipped_steps = 0;  ///< in the whole training
};

/// *overflowed = 1 where a gradient is not finite. Many may write it: the same.
template <class T>
struct FindOverflow {
  T const* gradients;
  T* overflowed;

  AI500_HOST_DEVICE void operator()(Count i) const {
    // x - x is 0 for every finite x, and not a number for the others.
    if (!(gradients[i] - gradients[i] == T(0))) store_by_many(overflowed, T(1));
  }
};

/// From what was found to this update's terms and the next step's scale; for_each(1, ...).
template <class T>
struct AdjustLossScale {
  precision::DynamicLossScaling policy;
  LossScale<T>* state;
  T* overflowed;
  UpdateTerms<T>* terms;

  AI500_HOST_DEVICE void operator()(Count) const {
    bool const skips = *overflowed != T(0);
    terms->gradient_factor = T(1) / state->scale;
    terms->skipped = skips ? T(1) : T(0);
    *overflowed = T(0);
    if (skips) {
      T const smaller = state->scale * static_cast<T>(policy.backoff);
      state->scale = smaller < T(1) ? T(1) : smaller;
      state->steps_without = 0;
      state->skipped_steps += T(1);
    } else if (++state->steps_without >= static_cast<T>(policy.growth_interval)) {
      T const larger = state->scale * static_cast<T>(policy.growth);
      T const most = static_cast<T>(policy.largest);
      state->scale = larger > most ? most : larger;
      state->steps_without = 0;
    }
  }
};

}  // namespace ai500::optimizers

namespace ai500::cuda {

// Compiled by optimizers/functors.cuh.
template <>
inline constexpr bool has_device_code<optimizers::FindOverflow<float>> = true;
template <>
inline constexpr bool has_device_code<optimizers::AdjustLossScale<float>> = true;

}  // namespace ai500::cuda

namespace ai500::optimizers {

/// The loss scale of one base model. Its numbers live on the device; nothing waits for them.
template <class Device, class T>
class LossScaling {
 public:
  LossScaling(precision::DynamicLossScaling const& policy, Device& device)
      : policy_(policy), device_(device), state_(device, 3), overflowed_(device, 1) {
    Mirror state(device, state_.view());
    state.host().data()[0] = static_cast<T>(policy.initial);
    state.upload();
    device.synchronize();  // the mirror goes
  }

  /// The number that the loss's gradient is multiplied by, in the device's memory.
  T* scale() { return state_.data(); }

  /// Looks through the gradients of the scaled loss, summed over all ranks, so that ranks agree;
  /// sets the terms' factor and whether the update is skipped; makes the next step's scale.
  void judge(View<T const, Device> gradients, UpdateTerms<T>* terms) {
    device_.for_each(gradients.size(), FindOverflow<T>{gradients.data(), overflowed_.data()});
    device_.for_each(1, AdjustLossScale<T>{policy_, reinterpret_cast<LossScale<T>*>(state_.data()),
                                           overflowed_.data(), terms});
  }

  /// The state as the host sees it. Waits for the device.
  LossScale<T> download() {
    Mirror state(device_, state_.view());
    state.download();
    T const* const numbers = state.host().data();
    return {numbers[0], numbers[1], numbers[2]};
  }

  /// All that later steps depend on.
  std::vector<NamedBuffer<T, Device>> buffers() { return {{"loss_scale", state_.view()}}; }

 private:
  precision::DynamicLossScaling policy_;
  Device& device_;
  Buffer<T, Device> state_;  // a LossScale
  Buffer<T, Device> overflowed_;
};

}  // namespace ai500::optimizers
