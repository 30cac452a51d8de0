// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <span>
#include <string_view>
#include <vector>

#include <ai500/core/named.hpp>
#include <ai500/devices/buffer.hpp>
#include <ai500/graph/program.hpp>
#include <ai500/optimizers/update_terms.hpp>

namespace ai500 {

/// Where a training stands when a learning rate is asked for.
struct TrainingProgress {
  double epoch = 0;   ///< epochs done, with fractions
  double epochs = 1;  ///< epochs in all
  Count batch = 1;    ///< |B_k|
};

template <class S>
concept GivesLearningRate = requires(S const& schedule, TrainingProgress progress) {
  { schedule.learning_rate(progress) } -> std::same_as<double>;
};

/// A learning-rate schedule: a pure function of the training's progress and |B_k|.
///
/// Models: schedules::WarmUpCosine, schedules::WarmUpSteps.
template <class S>
concept SchedulePolicy = Named<S> && GivesLearningRate<S>;

template <class O>
concept HasSchedule = SchedulePolicy<decltype(O::schedule)>;
template <class O, class Device, class T>
concept HasState = requires(O const& optimizer, Device& device,
                            std::span<ParameterSlot const> slots) {
  typename O::template State<Device, T>;
  requires std::constructible_from<typename O::template State<Device, T>, O const&, Device&,
                                   std::span<ParameterSlot const>>;
};
template <class O, class Device, class T>
concept Updates = requires(typename O::template State<Device, T>& state, View<T, Device> parameters,
                           View<T const, Device> gradients, TermsOn<T, Device> terms) {
  { state.update(parameters, gradients, terms) } -> std::same_as<void>;
};

/// Some numbers of an optimizer's memory, under the name that a checkpoint gives them.
template <class T, class Device>
struct NamedBuffer {
  std::string_view name;
  View<T, Device> values;
};

template <class O, class Device, class T>
concept ShowsItsMemory = requires(typename O::template State<Device, T>& state) {
  { state.buffers() } -> std::same_as<std::vector<NamedBuffer<T, Device>>>;
};

/// How parameters follow their gradients (Eq. 2). The policy holds hyper-parameters; its
/// `State<Device, T>` holds the memory of past steps of one base model and updates all its
/// parameters in one call.
///
/// Semantics: parameters and gradients stand one behind the other as in the slots, those with
/// weight decay first; `update` is deterministic and allocates nothing, multiplies gradients by
/// the terms' factor before anything else, and does nothing where they say that it is skipped (on a
/// device that the host does not reach it cannot know before: see LateTerms); `buffers` shows all
/// that later updates depend on (a count of steps too: as one number), in the same order and sizes
/// for the same slots, so that a checkpoint can save it and fill it again. Models:
/// optimizers::SgdMomentum.
template <class O, class Device, class T>
concept OptimizerPolicy = Named<O> && HasSchedule<O> && HasState<O, Device, T> &&
    Updates<O, Device, T> && ShowsItsMemory<O, Device, T>;

}  // namespace ai500
