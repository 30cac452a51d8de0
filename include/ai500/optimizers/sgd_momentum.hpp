// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ai500/core/described.hpp>
#include <ai500/core/host_device.hpp>
#include <ai500/devices/cuda/launch.hpp>
#include <ai500/optimizers/policy.hpp>
#include <ai500/optimizers/schedules.hpp>

namespace ai500::optimizers {

/// One parameter's step of stochastic gradient descent with momentum: v = momentum v + gradient +
/// decay w; w -= rate v.
template <class T, class Terms>
struct SgdMomentumUpdate {
  T* parameters;
  T const* gradients;
  T* velocities;
  Terms terms;
  T momentum;
  T weight_decay;

  AI500_HOST_DEVICE void operator()(Count i) const {
    UpdateTerms<T> const now = terms.get();
    if constexpr (Terms::are_late)
      if (now.skipped != T(0)) return;
    T const gradient = now.gradient_factor * gradients[i];
    T const v = momentum * velocities[i] + gradient + weight_decay * parameters[i];
    velocities[i] = v;
    parameters[i] -= now.learning_rate * v;
  }
};

}  // namespace ai500::optimizers

// Compiled by optimizers/functors.cuh.
template <ai500::cuda::OneOf<float, double> T>
inline constexpr bool
    ai500::cuda::has_device_code<ai500::optimizers::SgdMomentumUpdate<T, ai500::LateTerms<T>>> =
        true;

namespace ai500::optimizers {

/// Stochastic gradient descent with momentum, the default of Table 2, with the hyper-parameters of
/// the paper's released scripts. Weight decay is not applied to normalization parameters and
/// biases.
template <SchedulePolicy Schedule>
struct ScheduledSgdMomentum {
  static constexpr std::string_view name = "SGD with momentum";
  double momentum = 0.875;
  double weight_decay = 3.0517578125e-05;
  Schedule schedule{};

  /// The hyper-parameters in words.
  std::string settings() const {
    return "momentum " + number_text(momentum) + ", weight decay " + number_text(weight_decay) +
           "; " + described(schedule);
  }

  /// The same optimizer with another learning-rate schedule.
  template <SchedulePolicy S>
  using with_schedule = ScheduledSgdMomentum<S>;

  /// The velocities of one base model.
  template <class Device, class T>
  class State {
   public:
    State(ScheduledSgdMomentum const& optimizer, Device& device,
          std::span<ParameterSlot const> slots)
        : optimizer_(optimizer), device_(device) {
      for (ParameterSlot const& slot : slots) {
        total_ += slot.shape.elements();
        if (slot.traits.decays) decaying_ += slot.shape.elements();
      }
      velocities_ = Buffer<T, Device>(device, total_);
    }

    template <class Terms>
    void update(View<T, Device> parameters, View<T const, Device> gradients, Terms terms) {
      if constexpr (!Terms::are_late)
        if (terms.get().skipped != T(0)) return;
      range(parameters, gradients, terms, optimizer_.weight_decay, 0, decaying_);
      range(parameters, gradients, terms, 0, decaying_, total_);
    }

    std::vector<NamedBuffer<T, Device>> buffers() { return {{"velocities", velocities_.view()}}; }

   private:
    template <class Terms>
    void range(View<T, Device> parameters, View<T const, Device> gradients, Terms terms,
               double decay, Count begin, Count end) {
      device_.for_each(
          end - begin,
          SgdMomentumUpdate<T, Terms>{parameters.data() + begin, gradients.data() + begin,
                                      velocities_.data() + begin, terms,
                                      static_cast<T>(optimizer_.momentum), static_cast<T>(decay)});
    }

    ScheduledSgdMomentum optimizer_;
    Device& device_;
    Count total_ = 0;
    Count decaying_ = 0;
    Buffer<T, Device> velocities_;
  };
};

/// SGD with momentum under warm-up, linear scaling and a cosine.
using SgdMomentum = ScheduledSgdMomentum<schedules::WarmUpCosine>;
static_assert(OptimizerPolicy<SgdMomentum, devices::Host, float>);

}  // namespace ai500::optimizers
