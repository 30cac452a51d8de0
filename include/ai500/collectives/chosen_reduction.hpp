// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <variant>

#include <ai500/collectives/policy.hpp>

namespace ai500::collectives {

/// One of several reductions: the one that suits where the ranks are, known when they are joined.
template <class T, class Device, class... Reductions>
  requires(ReductionOf<Reductions, T, Device>&&...)
class ChosenReduction {
 public:
  template <class R>
  explicit ChosenReduction(R reduction) : reduction_(std::move(reduction)) {}

  View<T, Device> memory() {
    return std::visit([](auto& one) { return one.memory(); }, reduction_);
  }
  void start(View<T, Device> part) {
    std::visit([&](auto& one) { one.start(part); }, reduction_);
  }
  void progress() {
    std::visit([](auto& one) { one.progress(); }, reduction_);
  }
  Count pending() const {
    return std::visit([](auto const& one) { return one.pending(); }, reduction_);
  }
  void finish() {
    std::visit([](auto& one) { one.finish(); }, reduction_);
  }
  std::string transport() const {
    return std::visit([](auto const& one) { return one.transport(); }, reduction_);
  }

 private:
  std::variant<Reductions...> reduction_;
};

}  // namespace ai500::collectives
