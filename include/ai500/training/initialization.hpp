// SPDX-License-Identifier: Apache-2.0
/// @file What a base model holds before its first step: the same bits on every rank, whatever their
/// number.
#pragma once

#include <cmath>
#include <span>

#include <ai500/core/random.hpp>
#include <ai500/devices/mirror.hpp>
#include <ai500/graph/lower.hpp>
#include <ai500/training/model_state.hpp>

namespace ai500 {

/// Fills `values` as the slot asks; element e is keyed by (seed, job, parameter, e). He's
/// initialization is uniform on
/// [-sqrt(6 / fan-in), sqrt(6 / fan-in)): variance 2 / fan-in, and no function of the C library but
/// sqrt, which is exact.
template <class T>
void initialize(std::span<T> values, ParameterSlot const& slot, std::uint32_t parameter, Seed seed,
                Job job) {
  if (slot.traits.initialization != Initialization::he_uniform) {
    T const constant = slot.traits.initialization == Initialization::ones ? T(1) : T(0);
    for (T& value : values) value = constant;
    return;
  }
  double const bound = std::sqrt(6.0 / static_cast<double>(slot.shape.item_elements()));
  RandomKey const key{seed, job, purpose::initial_weights + (parameter << 8)};
  for (std::size_t e = 0; e < values.size(); ++e)
    values[e] = static_cast<T>(bound * (2 * random_unit(key, e) - 1));
}

/// All the parameters of a program's model, one behind the other.
template <class T>
void initialize_parameters(std::span<T> parameters, Program const& program, Seed seed, Job job) {
  for (std::size_t i = 0; i < program.parameter_slots.size(); ++i) {
    ParameterSlot const& slot = program.parameter_slots[i];
    initialize(parameters.subspan(static_cast<std::size_t>(slot.offset),
                                  static_cast<std::size_t>(slot.shape.elements())),
               slot, static_cast<std::uint32_t>(i), seed, job);
  }
}

/// Running means of 0 and variances of 1.
template <class T>
void initialize_running_statistics(std::span<T> statistics, Program const& program) {
  for (ProgramValue const& value : program.values) {
    if (value.slice_of != program.running_statistics) continue;
    for (Count c = 0; c < 2 * value.shape.channels; ++c)
      statistics[static_cast<std::size_t>(value.offset + c)] =
          c < value.shape.channels ? T(0) : T(1);
  }
}

/// The state of a base model before its first step: computed on the host, the same bits on every
/// device.
/// @param graph a model that ends in a loss
template <class T, class Device>
ModelState<T, Device> initial_state(Device& device, Graph const& graph, Seed seed, Job job) {
  Program const program = lower_evaluation(graph, 1);
  ModelState<T, Device> state{{device, program.value(program.parameters).shape.elements()},
                              {device, program.value(program.running_statistics).shape.elements()}};
  Mirror parameters(device, state.parameters.view());
  Mirror running_statistics(device, state.running_statistics.view());
  initialize_parameters(parameters.host().span(), program, seed, job);
  initialize_running_statistics(running_statistics.host().span(), program);
  parameters.upload();
  running_statistics.upload();
  return state;
}

}  // namespace ai500
