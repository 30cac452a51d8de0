// SPDX-License-Identifier: Apache-2.0
/// @file What all cuDNN kernels of one GPU share; defined in context.ipp.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/cuda.hpp>
#include <ai500/kernels/cudnn/choices.hpp>
#include <ai500/kernels/cudnn/planned_program.hpp>

namespace ai500::kernels::cudnn {

/// How plans are chosen.
struct Options {
  PlanOptions plans{};
  std::string choices_file{};  ///< where measured choices are kept; empty: nothing is measured

  /// What the environment says: AI500_CUDNN_BITS=same (default) or any, AI500_CUDNN_CHOICES=FILE,
  /// in which measured choices are kept; with it, eight candidates of a pattern are measured on the
  /// GPU when it is prepared for the first time.
  /// @throws UsageError for another value
  static Options of_environment();
};

/// One description in words: "same bits, the heuristics' first engine".
std::string describe(Options const& options);

/// One place in the device's memory, used by all kernels of a context, one after the other.
class Scratch {
 public:
  /// Makes it so large at least; what was in it is lost. Memory that has been used is kept beside
  /// the new: recorded work refers to it.
  void reserve(devices::Cuda& device, std::size_t bytes);
  std::byte* data() {
    is_used_ = true;
    return memory_.data();
  }

 private:
  Buffer<std::byte, devices::Cuda> memory_;
  std::vector<Buffer<std::byte, devices::Cuda>> used_before_;
  bool is_used_ = false;
};

/// A handle, the plans and the scratch of one GPU: lives with the device (`context_of`). For a GPU
/// that is only described it has no handle, and plans only.
class Context {
 public:
  /// @throws DeviceError or Error when cuDNN does not start on the GPU
  Context(devices::Cuda& device, Options options);
  Context(Target described, Options options);
  Context(Context const&) = delete;
  Context& operator=(Context const&) = delete;
  ~Context();

  Planner& planner() { return *planner_; }
  Options const& options() const { return options_; }
  Scratch& scratch() { return scratch_; }
  cudnnContext* handle() const { return handle_; }

  /// The plan that is used for a pattern: the heuristics' first, or the one measured to be the
  /// fastest on this GPU, now or when the file of choices was written.
  /// @throws Error naming the pattern and why there is no plan
  Plan const& plan(devices::Cuda& device, Pattern const& pattern);

 private:
  std::size_t measured_choice(devices::Cuda& device, Pattern const& pattern,
                              PlanSearch const& search);

  Options options_;
  cudnnContext* handle_ = nullptr;
  std::optional<Planner> planner_;
  std::optional<Choices> choices_;
  Scratch scratch_;
};

/// The context of a device, made with the environment's options when it is first asked for.
/// @throws DeviceError for a device that is only described and has none
Context& context_of(devices::Cuda& device);

/// Gives a device that is only described its context, before it is asked for.
Context& describe_context(devices::Cuda& device, Target target, Options options = {});

}  // namespace ai500::kernels::cudnn
