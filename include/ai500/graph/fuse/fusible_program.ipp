// SPDX-License-Identifier: Apache-2.0
/// @file A program in which steps are being joined: who reads and writes each value, and the
/// replacement of steps by one that does the same.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/graph/program.hpp>

namespace ai500::detail {

using StepIndex = std::size_t;

class FusibleProgram {
 public:
  using Can = std::function<bool(Program const&, Step const&)>;

  /// @param can outlives it
  FusibleProgram(Program program, Can const& can) : program_(std::move(program)), can_(can) {
    alive_.assign(program_.steps.size(), 1);
    readers_.resize(program_.values.size());
    writers_.resize(program_.values.size());
    for (StepIndex i = 0; i < program_.steps.size(); ++i) index(i);
  }

  /// The steps that are left.
  Program result() && {
    std::vector<Step> left;
    for (StepIndex i = 0; i < program_.steps.size(); ++i)
      if (alive_[i]) left.push_back(std::move(program_.steps[i]));
    program_.steps = std::move(left);
    return std::move(program_);
  }

  /// How many places for steps there are; those of steps that were joined stay, empty.
  StepIndex size() const { return program_.steps.size(); }
  Step const& step(StepIndex i) const { return program_.steps[i]; }
  /// Whether a step is there, and of this kind.
  template <class Operation>
  bool is(StepIndex i) const {
    return alive_[i] && std::holds_alternative<Operation>(program_.steps[i].what);
  }

  ProgramValue const& value(ValueIndex value) const { return program_.value(value); }
  ValueIndex add_value(ProgramValue value) {
    readers_.emplace_back();
    writers_.emplace_back();
    return program_.add_value(std::move(value));
  }
  /// Takes the last value back, which no step uses.
  void drop_last_value() {
    program_.values.pop_back();
    readers_.pop_back();
    writers_.pop_back();
  }

  /// The steps that read a value, in order.
  std::vector<StepIndex> const& readers(ValueIndex value) const {
    return readers_[static_cast<std::size_t>(value)];
  }
  std::vector<StepIndex> const& writers(ValueIndex value) const {
    return writers_[static_cast<std::size_t>(value)];
  }

  /// The only step that reads a value which lives nowhere but between its steps.
  template <class Operation>
  std::optional<StepIndex> only_reader(ValueIndex value) const {
    if (program_.value(value).residence != Residence::planned || readers(value).size() != 1 ||
        !is<Operation>(readers(value)[0]))
      return std::nullopt;
    return readers(value)[0];
  }

  /// The only step that writes a value.
  template <class Operation>
  std::optional<StepIndex> only_writer(ValueIndex value) const {
    if (writers(value).size() != 1 || !is<Operation>(writers(value)[0])) return std::nullopt;
    return writers(value)[0];
  }

  /// Puts `fused` in the place of its parts, where the first one was, if its kernel can and nothing
  /// between them is in the way.
  bool replace(std::vector<StepIndex> const& parts, Step fused) {
    if (!may_move(parts, fused) || !can_(program_, fused)) return false;
    StepIndex const position = *std::ranges::min_element(parts);
    for (StepIndex part : parts) forget(part);
    program_.steps[position] = std::move(fused);
    alive_[position] = 1;
    index(position);
    return true;
  }

 private:
  void index(StepIndex i) {
    for (ValueIndex value : step(i).reads) readers_[static_cast<std::size_t>(value)].push_back(i);
    for (ValueIndex value : step(i).writes) writers_[static_cast<std::size_t>(value)].push_back(i);
  }
  void forget(StepIndex i) {
    for (ValueIndex value : step(i).reads) std::erase(readers_[static_cast<std::size_t>(value)], i);
    for (ValueIndex value : step(i).writes)
      std::erase(writers_[static_cast<std::size_t>(value)], i);
    alive_[i] = 0;
  }

  /// Whether the parts may all be done where the first one stands: no other step between them
  /// writes what they read or write, or reads what they write before they did.
  bool may_move(std::vector<StepIndex> const& parts, Step const& fused) const {
    auto const [first, last] = std::ranges::minmax(parts);
    auto is_part = [&](StepIndex i) { return std::ranges::find(parts, i) != parts.end(); };
    auto disturbs = [&, first = first, last = last](StepIndex i) {
      return first < i && i < last && !is_part(i);
    };
    for (auto const* values : {&fused.reads, &fused.writes})
      for (ValueIndex value : *values)
        if (std::ranges::any_of(writers(value), disturbs)) return false;
    for (ValueIndex value : fused.writes)
      for (StepIndex reader : readers(value))
        if (disturbs(reader) &&
            std::ranges::none_of(writers(value), [&](StepIndex writer) { return writer < reader; }))
          return false;
    return true;
  }

  Program program_;
  Can const& can_;
  std::vector<char> alive_;                      // of each step, whether it is still there
  std::vector<std::vector<StepIndex>> readers_;  // of each value, the steps that read it, in order
  std::vector<std::vector<StepIndex>> writers_;
};

template <class T>
std::vector<T> joined(std::vector<T> first, std::vector<T> const& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace ai500::detail
