// SPDX-License-Identifier: Apache-2.0
/// @file What kernels are planned for: a GPU that is here, or the description of one that is not;
/// defined in target.ipp.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

struct cudnnContext;  // what a cudnnHandle_t points to

namespace ai500::kernels::cudnn {

/// "cuDNN 9.19.0": the library that is loaded.
std::string version();

/// A GPU as cuDNN's heuristics see it. Copies share one state. Planning for a description needs
/// neither a GPU nor a driver; cuDNN then offers only its engines that are compiled already.
class Target {
 public:
  /// The GPU of a description: JSON as `description` of a handle's target gives it (what cuDNN
  /// calls device properties; tests/data/devices has some).
  /// @throws Error with cuDNN's words when it does not understand the description
  static Target described(std::string_view json);

  /// The same, from a file.
  /// @throws UsageError when the file cannot be read, Error as `described`
  static Target described_in(std::filesystem::path const& file);

  /// The GPU of a handle, which must outlive the target and its plans.
  /// @throws Error when cuDNN cannot ask the device
  static Target of(cudnnContext* handle);

  /// The device's name: "NVIDIA H200".
  std::string name() const;

  /// Its compute capability, major and minor: "sm_90".
  std::string architecture() const;

  /// The device as JSON, to be planned for elsewhere.
  std::string const& description() const;

  struct State;
  State const& state() const { return *state_; }

 private:
  explicit Target(std::shared_ptr<State const> state) : state_(std::move(state)) {}

  std::shared_ptr<State const> state_;
};

}  // namespace ai500::kernels::cudnn
