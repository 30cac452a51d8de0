// SPDX-License-Identifier: Apache-2.0
/// @file What all cuDNN kernels of one GPU share; defined in context.ipp.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/devices/buffer.hpp>
#include <ai500/devices/cuda.hpp>
#include <ai500/kernels/cudnn/planner.hpp>

namespace ai500::kernels::cudnn {

/// How plans are found.
struct Options {
  PlanOptions plans{};

  /// What the environment says: AI500_CUDNN_BITS=same (default) or any.
  /// @throws UsageError for another value
  static Options of_environment();
};

/// "engines with the same bits in every run".
std::string describe(Options const& options);

/// One place in the device's memory, used by all kernels of a context, one after the other. It is
/// there as long as one of them is.
class Scratch {
 public:
  class Memory {
   public:
    std::byte* data() {
      is_used_ = true;
      return now_.data();
    }

   private:
    friend Scratch;
    Buffer<std::byte, devices::Cuda> now_;
    std::vector<Buffer<std::byte, devices::Cuda>> used_before_;
    bool is_used_ = false;
  };

  /// The memory, made so large at least; what was in it is lost. What has been used is kept beside
  /// the new: recorded work refers to it.
  std::shared_ptr<Memory> reserve(devices::Cuda& device, std::size_t bytes);

 private:
  std::weak_ptr<Memory> memory_;
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

  /// The plan of a pattern that has this name; without one the heuristics' first.
  /// @throws Error naming the pattern and why there is no plan, or the plans that there are
  Plan const& plan(Pattern const& pattern, std::string_view name = {});

 private:
  Options options_;
  cudnnContext* handle_ = nullptr;
  std::optional<Planner> planner_;
  Scratch scratch_;
};

/// The context of a device, made with the environment's options when it is first asked for.
/// @throws DeviceError for a device that is only described and has none
Context& context_of(devices::Cuda& device);

/// Gives a device that is only described its context, before it is asked for.
Context& describe_context(devices::Cuda& device, Target target, Options options = {});

}  // namespace ai500::kernels::cudnn
