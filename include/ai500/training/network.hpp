// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <variant>

#include <ai500/core/error.hpp>
#include <ai500/devices/buffer.hpp>
#include <ai500/precision/policy.hpp>
#include <ai500/training/model_state.hpp>
#include <ai500/training/prepared_program.hpp>
#include <ai500/training/step_watch.hpp>

namespace ai500 {

/// A Program prepared on a kernel set, with its values in one arena on the set's device: what a
/// training step runs. `run` allocates nothing and decides nothing.
///
/// What is summed over several ranks lives in the memory of a collective, which joins ranks: a
/// network can be prepared without it, but not run (`place_reduction`).
template <class Kernels, PrecisionPolicy Precision>
class Network {
 public:
  using Device = typename Kernels::Device;
  using Compute = typename Precision::compute;
  using Accumulate = typename Precision::accumulate;
  static constexpr Types types = types_of<Precision>;
  static constexpr NumberSizes sizes{{sizeof(Compute), sizeof(Accumulate), sizeof(std::int32_t)}};

  /// @param loss_scale one number in the device's memory, for a program that has one
  /// @param choices of the ways in which kernels compute
  /// @throws Error naming the step for which the set has no kernel, or what its kernel says
  [[gnu::cold]] Network(Device& device, Program program, ModelState<Accumulate, Device>& state,
                        Accumulate* loss_scale = nullptr, Choices const& choices = {})
      : prepared_(std::move(program), kernel_table<Kernels>(device, types, choices), sizes),
        arena_(device, static_cast<Count>(plan().arena_bytes)) {
    prepared_.prepare(
        {.arena = arena_.data(),
         .parameters = bytes(state.parameters, this->program().parameters),
         .running_statistics = bytes(state.running_statistics, this->program().running_statistics),
         .loss_scale = reinterpret_cast<std::byte*>(loss_scale)});
  }
  Network(Network const&) = delete;
  Network& operator=(Network const&) = delete;

  Program const& program() const { return prepared_.program(); }
  MemoryPlan const& plan() const { return prepared_.plan(); }

  /// The elements of `program().reduction` where the caller must give it a place; 0: it is in the
  /// arena.
  Count elements_to_place() const { return prepared_.elements_to_place(); }

  /// Says where `program().reduction` is, before the first run.
  /// @param memory outlives the network
  /// @throws GraphError when it has not `elements_to_place()` elements
  [[gnu::cold]] void place_reduction(View<Accumulate, Device> memory) {
    if (memory.size() != elements_to_place())
      throw GraphError("Network: " + std::to_string(memory.size()) +
                       " elements to reduce in, the program has " +
                       std::to_string(elements_to_place()));
    prepared_.place_reduction(reinterpret_cast<std::byte*>(memory.data()));
  }

  /// Parameters or running statistics have changed since the last run. Kernels of evaluations may
  /// keep what they made of them: an evaluation says so before its first batch.
  void forget_weights() { prepared_.forget_weights(); }

  /// From now on `watcher` is told of each step, before and after it is run: a StepTimes, to see
  /// where the time goes. A trainer then has its steps done one by one, though its device could
  /// record them.
  /// @param watcher outlives the network
  template <WatchesSteps Watcher>
  void watch(Watcher& watcher) {
    prepared_.watch(StepWatch(watcher));
  }
  bool is_watched() const { return prepared_.is_watched(); }

  /// Runs all steps in order. What is not a kernel's is given to `system`:
  /// `system(steps::AllReduceStart, part)`, `system(steps::AllReduceFinish)` and
  /// `system(steps::Update, parameters, gradients)`. If it has a function `after_kernel()`, that is
  /// called after each kernel.
  /// @throws GraphError when the reduction has no place
  template <class System>
  void run(System&& system) {
    prepared_.run(
        [&](Step const& step) {
          if (auto const* update = std::get_if<steps::Update>(&step.what))
            system(*update, view<Accumulate>(step.reads[0]), view<Accumulate>(step.reads[1]));
          else if (auto const* start = std::get_if<steps::AllReduceStart>(&step.what))
            system(*start, view<Accumulate>(step.reads[0]));
          else if (auto const* finish = std::get_if<steps::AllReduceFinish>(&step.what))
            system(*finish);
        },
        [&] {
          if constexpr (requires { system.after_kernel(); }) system.after_kernel();
        });
  }

  /// Runs a program that has only kernels' steps: an evaluation.
  /// @throws GraphError naming a step that is no kernel's
  void run() {
    prepared_.run([](Step const& step) {
      throw GraphError("Network::run: nothing runs the step '" + std::string(name(step.what)) +
                       "'");
    });
  }

  /// A value's elements. T is the type that the precision gives its role.
  template <class T>
  View<T, Device> view(ValueIndex value) {
    return {static_cast<T*>(prepared_.place(value)), program().value(value).shape.elements()};
  }

  View<Compute, Device> images() { return view<Compute>(program().images); }
  View<std::int32_t, Device> labels() { return view<std::int32_t>(program().labels); }
  View<Accumulate, Device> probabilities() { return view<Accumulate>(program().probabilities); }
  View<Accumulate, Device> loss() { return view<Accumulate>(program().loss); }

 private:
  std::byte* bytes(Buffer<Accumulate, Device>& buffer, ValueIndex whole) const {
    Count const elements = program().value(whole).shape.elements();
    if (buffer.size() != elements)
      throw GraphError("Network: the program has " + std::to_string(elements) + " " +
                       std::string(program().value(whole).name.view()) + ", the model " +
                       std::to_string(buffer.size()));
    return reinterpret_cast<std::byte*>(buffer.data());
  }

  PreparedProgram prepared_;
  Buffer<std::byte, Device> arena_;
};

}  // namespace ai500
