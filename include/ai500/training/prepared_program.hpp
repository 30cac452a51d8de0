// SPDX-License-Identifier: Apache-2.0
/// @file A program whose steps have their kernels and whose values have their places; defined in
/// prepared_program.ipp.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/graph/memory_plan.hpp>
#include <ai500/graph/program.hpp>
#include <ai500/kernels/kernel_table.hpp>
#include <ai500/training/step_watch.hpp>

namespace ai500 {

/// The passes that depend on the kernels: stores weights in the compute type where the set has a
/// kernel for that, fuses steps where it has one for the fused step and nobody chose to leave them
/// apart, gives every value a layout, and notes which results may stand where an argument does and
/// which way was chosen. Pure.
Program fitted_to(Program program, KernelTable const& kernels);

/// A fused step that a program does not have, for a kernel that says why or by choice.
struct StaysApart {
  Step step;
  std::string why;  ///< "chosen apart", or what its kernel says
};

/// The fused steps that `fitted_to` leaves apart, though the set has kernels for them.
std::vector<StaysApart> staying_apart(Program program, KernelTable const& kernels);

/// A program fitted to a kernel set, in words: its steps and the way of each, what was fused, what
/// was not and why, where elements are reordered, what memory it takes.
std::string describe_fitted(std::string const& title, Program program, KernelTable const& kernels,
                            NumberSizes sizes);

/// A program fitted to a kernel set, with the plan of its memory, and then, with `prepare`, ready
/// to run.
class PreparedProgram {
 public:
  /// Memory that outlives a step, and the arena for the rest. A reduction that is bound comes
  /// later: `place_reduction`.
  struct Memory {
    std::byte* arena = nullptr;               ///< `plan().arena_bytes`
    std::byte* parameters = nullptr;          ///< `program().parameters`
    std::byte* running_statistics = nullptr;  ///< `program().running_statistics`
    std::byte* loss_scale = nullptr;          ///< `program().loss_scale`, if there is one
  };

  PreparedProgram(Program program, KernelTable kernels, NumberSizes sizes);

  Program const& program() const { return program_; }
  MemoryPlan const& plan() const { return plan_; }

  /// Gives every value its place and prepares every step; equal steps (operation and shapes) share
  /// one prepared kernel, unless it keeps what it makes of its parameters.
  /// @throws Error naming the step for which the set has no kernel, or what its kernel says
  void prepare(Memory const& memory);

  /// The elements of `program().reduction` if it is bound, else 0.
  Count elements_to_place() const;

  /// Gives `program().reduction` its place, if it is bound.
  void place_reduction(std::byte* memory);

  /// Where a value's first element is; null for a reduction without a place.
  void* place(ValueIndex value) const { return places_[static_cast<std::size_t>(value)]; }

  /// Parameters or running statistics have changed: kernels that keep what they made of them read
  /// them again.
  void forget_weights();

  /// From now on `watch` is told of each step, of kernels and others, before and after it is run.
  void watch(StepWatch watch) { watch_ = watch; }
  bool is_watched() const { return watch_.is_somebody(); }

  template <class System>
  void run(System&& system) {
    run(system, [] {});
  }

  /// Runs all steps in order. A step that is no kernel's is given to `system(step)`;
  /// `after_kernel()` is called after each kernel.
  /// @throws GraphError when a bound reduction has no place
  template <class System, class AfterKernel>
  void run(System&& system, AfterKernel&& after_kernel) {
    if (!is_placed_) throw GraphError("PreparedProgram: the reduction has no place to be run in");
    for (PreparedStep& step : steps_) {
      Step const& what = program_.steps[step.index];
      watch_.before(what);
      if (step.kernel != no_kernel) {
        kernels_[step.kernel].run(Arguments(step.reads, step.writes));
        watch_.after(what);
        after_kernel();
      } else {
        system(what);
        watch_.after(what);
      }
    }
  }

 private:
  static constexpr std::size_t no_kernel = static_cast<std::size_t>(-1);

  struct PreparedFor {
    StepOperation what;
    Shapes shapes;
  };

  struct PreparedStep {
    std::size_t index = 0;  // in program_.steps
    std::size_t kernel = no_kernel;
    std::vector<void*> reads{};
    std::vector<void*> writes{};
  };

  std::byte* locate(ValueIndex value, Memory const& memory) const;
  std::size_t kernel_for(Step const& step);
  void point_steps();

  KernelTable table_;
  NumberSizes sizes_;
  Program program_;
  MemoryPlan plan_;
  std::vector<void*> places_;            // of each value
  std::vector<PreparedKernel> kernels_;  // each for all steps that equal its key
  std::vector<PreparedFor> keys_;
  std::vector<PreparedStep> steps_;
  bool is_placed_ = true;  // all of the values
  StepWatch watch_;
};

}  // namespace ai500
