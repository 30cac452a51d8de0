// SPDX-License-Identifier: Apache-2.0
/// @file A program prepared on a kernel set: what a training step runs.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/devices/buffer.hpp>
#include <ai500/graph/lay_out.hpp>
#include <ai500/graph/memory_plan.hpp>
#include <ai500/graph/program.hpp>
#include <ai500/kernels/kernel_set.hpp>
#include <ai500/precision/policy.hpp>
#include <ai500/training/model_state.hpp>

namespace ai500 {

namespace detail {

/// What some kernel has prepared, whichever kernel it is.
class PreparedKernel {
 public:
  template <class Prepared>
  explicit PreparedKernel(Prepared prepared)
      : prepared_(std::make_shared<Prepared>(std::move(prepared))),
        run_([](void* object, Arguments arguments) {
          static_cast<Prepared*>(object)->run(arguments);
        }) {}

  void run(Arguments arguments) const { run_(prepared_.get(), arguments); }

 private:
  std::shared_ptr<void> prepared_;
  void (*run_)(void*, Arguments);
};

template <class Operation, class List>
inline constexpr bool is_in = false;
template <class Operation, class... T>
inline constexpr bool is_in<Operation, TypeList<T...>> = (std::is_same_v<Operation, T> || ...);

/// The shapes and layouts of what a step reads and writes.
inline Shapes shapes_of(Program const& program, Step const& step) {
  Shapes shapes;
  for (ValueIndex value : step.reads) shapes.reads.push_back(program.value(value).shape);
  for (ValueIndex value : step.writes) shapes.writes.push_back(program.value(value).shape);
  shapes.layouts = step.layouts;
  return shapes;
}

/// One option a layout that fits all values of a step.
inline std::vector<StepLayouts> shared_layouts(Program const& program, Step const& step) {
  std::vector<StepLayouts> options;
  for (Layout layout : all_layouts) {
    auto takes = [&](ValueIndex value) { return fits(layout, program.value(value).shape); };
    if (std::ranges::all_of(step.reads, takes) && std::ranges::all_of(step.writes, takes))
      options.push_back(
          {std::vector(step.reads.size(), layout), std::vector(step.writes.size(), layout)});
  }
  return options;
}

}  // namespace detail

/// A Program whose kernels are prepared and whose values have their place in one arena. `run`
/// allocates nothing and decides nothing.
template <class Kernels, PrecisionPolicy Precision>
class Network {
 public:
  using Device = typename Kernels::Device;
  using Compute = typename Precision::compute;
  using Accumulate = typename Precision::accumulate;
  static constexpr Types types{number_type<Compute>, number_type<Accumulate>};
  static constexpr NumberSizes sizes{{sizeof(Compute), sizeof(Accumulate), sizeof(std::int32_t)}};

  /// Prepares every step; equal steps (operation and shapes) share one prepared kernel.
  /// @throws Error naming the step for which the set has no kernel, or what its kernel says
  [[gnu::cold]] Network(Device& device, Program program, ModelState<Accumulate, Device>& state)
      : program_(lay_out(std::move(program), LayoutOptions{device})),
        plan_(plan_memory(program_, sizes)) {
    arena_ = Buffer<std::byte, Device>(device, static_cast<Count>(plan_.arena_bytes));
    places_.resize(program_.values.size());
    for (std::size_t i = 0; i < places_.size(); ++i)
      places_[i] = locate(static_cast<ValueIndex>(i), state);
    steps_.reserve(program_.steps.size());
    for (Step const& step : program_.steps)
      std::visit([&](auto const& what) { prepare(device, what, step); }, step.what);
  }
  Network(Network const&) = delete;
  Network& operator=(Network const&) = delete;

  Program const& program() const { return program_; }
  MemoryPlan const& plan() const { return plan_; }

  /// Runs all steps in order. What is not a kernel's is given to `system`:
  /// `system(steps::AllReduce, View)` and `system(steps::Update, parameters, gradients)`.
  template <class System>
  void run(System&& system) {
    for (PreparedStep& step : steps_) {
      if (step.kernel != no_kernel) {
        kernels_[step.kernel].run(Arguments(step.reads, step.writes));
      } else if (step.second == no_value) {
        system(steps::AllReduce{}, view<Accumulate>(step.first));
      } else {
        system(steps::Update{}, view<Accumulate>(step.first), view<Accumulate>(step.second));
      }
    }
  }

  /// Runs a program that has only kernels' steps: an evaluation.
  void run() {
    run([](auto const& what, auto... values) {
      static_cast<void>(sizeof...(values));
      throw GraphError("Network::run: nothing runs the step '" + std::string(what.name) + "'");
    });
  }

  /// A value's elements. T is the type that the precision gives its role.
  template <class T>
  View<T, Device> view(ValueIndex value) {
    return {static_cast<T*>(places_[static_cast<std::size_t>(value)]),
            program_.value(value).shape.elements()};
  }

  View<Compute, Device> images() { return view<Compute>(program_.images); }
  View<std::int32_t, Device> labels() { return view<std::int32_t>(program_.labels); }
  View<Compute, Device> probabilities() { return view<Compute>(program_.probabilities); }
  View<Accumulate, Device> loss() { return view<Accumulate>(program_.loss); }

 private:
  static constexpr std::size_t no_kernel = static_cast<std::size_t>(-1);

  struct PreparedFor {
    StepOperation what;
    Shapes shapes;
  };

  struct PreparedStep {
    std::size_t kernel = no_kernel;  // index in kernels_
    std::vector<void*> reads{};
    std::vector<void*> writes{};
    ValueIndex first = no_value;   // what an all-reduce sums; an update's parameters
    ValueIndex second = no_value;  // an update's gradients
  };

  /// What the kernel of a step says about layouts.
  struct LayoutOptions {
    Device& device;

    [[gnu::cold]] std::vector<StepLayouts> operator()(Program const& program,
                                                      Step const& step) const {
      return std::visit(
          [&]<class Operation>(Operation const& what) -> std::vector<StepLayouts> {
            if constexpr (detail::is_in<Operation, KernelSteps> &&
                          HasKernelFor<Kernels, Operation>) {
              using Kernel = typename Kernels::template for_operation<Operation>;
              if constexpr (ChoosesLayouts<Kernel, Device>)
                return Kernel::layouts(device, what, detail::shapes_of(program, step), types);
              else if constexpr (TakesAnyLayout<Kernel>)
                return detail::shared_layouts(program, step);
            }
            return {};
          },
          step.what);
    }
  };

  [[gnu::cold]] void* locate(ValueIndex value, ModelState<Accumulate, Device>& state) {
    auto const [whole, offset] = program_.place(value);
    std::byte* base = arena_.data() + plan_.offsets[static_cast<std::size_t>(whole)];
    if (whole == program_.parameters) base = bytes(state.parameters, whole);
    if (whole == program_.running_statistics) base = bytes(state.running_statistics, whole);
    return base + static_cast<std::size_t>(offset) * sizes.of(program_.value(whole).number);
  }

  std::byte* bytes(Buffer<Accumulate, Device>& buffer, ValueIndex whole) const {
    Count const elements = program_.value(whole).shape.elements();
    if (buffer.size() != elements)
      throw GraphError("Network: the program has " + std::to_string(elements) + " " +
                       std::string(program_.value(whole).name.view()) + ", the model " +
                       std::to_string(buffer.size()));
    return reinterpret_cast<std::byte*>(buffer.data());
  }

  template <class Operation>
  [[gnu::cold]] void prepare(Device& device, Operation const& what, Step const& step) {
    if constexpr (detail::is_in<Operation, SystemSteps>) {
      bool const updates = std::is_same_v<Operation, steps::Update>;
      steps_.push_back({.first = step.reads[0], .second = updates ? step.reads[1] : no_value});
    } else if constexpr (HasKernelFor<Kernels, Operation>) {
      using Kernel = typename Kernels::template for_operation<Operation>;
      Shapes const shapes = detail::shapes_of(program_, step);
      if (add_step(step, shapes))
        kernels_.emplace_back(Kernel::prepare(device, what, shapes, types));
    } else {
      throw Error("kernels " + Kernels::name() + ": no kernel for the step '" +
                  std::string(Operation::name) + "' of " + std::string(step.name.view()));
    }
  }

  /// Appends a step that runs the kernel prepared for an equal one, or the next kernel to be
  /// prepared; true: prepare it.
  [[gnu::cold]] bool add_step(Step const& step, Shapes const& shapes) {
    auto const known = std::ranges::find_if(keys_, [&](PreparedFor const& key) {
      return key.what == step.what && key.shapes == shapes;
    });
    PreparedStep prepared{.kernel = static_cast<std::size_t>(known - keys_.begin())};
    for (ValueIndex value : step.reads)
      prepared.reads.push_back(places_[static_cast<std::size_t>(value)]);
    for (ValueIndex value : step.writes)
      prepared.writes.push_back(places_[static_cast<std::size_t>(value)]);
    steps_.push_back(std::move(prepared));
    if (known != keys_.end()) return false;
    keys_.push_back({step.what, shapes});
    return true;
  }

  Program program_;
  MemoryPlan plan_;
  Buffer<std::byte, Device> arena_;
  std::vector<void*> places_;                    // of each value
  std::vector<detail::PreparedKernel> kernels_;  // each for all steps that equal its key
  std::vector<PreparedFor> keys_;
  std::vector<PreparedStep> steps_;
};

}  // namespace ai500
