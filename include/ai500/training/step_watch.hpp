// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>

#include <ai500/graph/program.hpp>

namespace ai500 {

/// Is told which step is about to be run, and which has been.
template <class W>
concept WatchesSteps = requires(W& watcher, Step const& step) {
  watcher.before(step);
  watcher.after(step);
};

/// Somebody who watches the steps of a program, whatever his type; nobody, unless said. He is not
/// owned.
class StepWatch {
 public:
  StepWatch() = default;
  template <WatchesSteps Watcher>
    requires(!std::same_as<Watcher, StepWatch>)
  explicit StepWatch(Watcher& watcher)
      : watcher_(&watcher),
        before_([](void* who, Step const& step) { static_cast<Watcher*>(who)->before(step); }),
        after_([](void* who, Step const& step) { static_cast<Watcher*>(who)->after(step); }) {}

  bool is_somebody() const { return watcher_ != nullptr; }

  void before(Step const& step) const {
    if (watcher_ != nullptr) before_(watcher_, step);
  }
  void after(Step const& step) const {
    if (watcher_ != nullptr) after_(watcher_, step);
  }

 private:
  void* watcher_ = nullptr;
  void (*before_)(void*, Step const&) = nullptr;
  void (*after_)(void*, Step const&) = nullptr;
};

}  // namespace ai500
