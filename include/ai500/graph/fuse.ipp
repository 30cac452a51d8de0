// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of fuse.hpp.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/graph/describe.hpp>
#include <ai500/graph/fuse.hpp>

namespace ai500 {

namespace detail {

class Fuse {
 public:
  using Can = std::function<bool(Program const&, Step const&)>;

  Fuse(Program program, Can const& can) : program_(std::move(program)), can_(can) {
    alive_.assign(program_.steps.size(), 1);
    readers_.resize(program_.values.size());
    writers_.resize(program_.values.size());
    for (std::size_t i = 0; i < program_.steps.size(); ++i) index(i);
  }

  Program run() && {
    // Last ones first: where two normalizations meet in an addition, the second one takes it.
    for (std::size_t i = program_.steps.size(); i-- > 0;)
      if (alive_[i] && is<steps::NormalizationApply>(i)) fuse_forward(i);
    for (std::size_t i = 0; i < program_.steps.size(); ++i)
      if (alive_[i] && is<steps::NormalizationDataGradient>(i)) fuse_backward(i);
    Program result = program_;
    result.steps.clear();
    for (std::size_t i = 0; i < program_.steps.size(); ++i)
      if (alive_[i]) result.steps.push_back(std::move(program_.steps[i]));
    return result;
  }

 private:
  using Index = std::size_t;

  template <class Operation>
  bool is(Index i) const {
    return std::holds_alternative<Operation>(program_.steps[i].what);
  }
  Step const& step(Index i) const { return program_.steps[i]; }
  std::vector<Index> const& readers(ValueIndex value) const {
    return readers_[static_cast<std::size_t>(value)];
  }
  std::vector<Index> const& writers(ValueIndex value) const {
    return writers_[static_cast<std::size_t>(value)];
  }

  void index(Index i) {
    for (ValueIndex value : step(i).reads) readers_[static_cast<std::size_t>(value)].push_back(i);
    for (ValueIndex value : step(i).writes) writers_[static_cast<std::size_t>(value)].push_back(i);
  }
  void forget(Index i) {
    for (ValueIndex value : step(i).reads) std::erase(readers_[static_cast<std::size_t>(value)], i);
    for (ValueIndex value : step(i).writes)
      std::erase(writers_[static_cast<std::size_t>(value)], i);
    alive_[i] = 0;
  }

  /// The only step that reads a value which lives nowhere but between its steps.
  template <class Operation>
  std::optional<Index> only_reader(ValueIndex value) const {
    if (program_.value(value).residence != Residence::planned || readers(value).size() != 1 ||
        !is<Operation>(readers(value)[0]))
      return std::nullopt;
    return readers(value)[0];
  }

  /// The only step that writes a value.
  template <class Operation>
  std::optional<Index> only_writer(ValueIndex value) const {
    if (writers(value).size() != 1 || !is<Operation>(writers(value)[0])) return std::nullopt;
    return writers(value)[0];
  }

  /// Whether the parts may all be done where the first one stands: no other step between them
  /// writes what they read or write, or reads what they write before they did.
  bool may_move(std::vector<Index> const& parts, Step const& fused) const {
    auto const [first, last] = std::ranges::minmax(parts);
    auto is_part = [&](Index i) { return std::ranges::find(parts, i) != parts.end(); };
    auto disturbs = [&, first = first, last = last](Index i) {
      return first < i && i < last && !is_part(i);
    };
    for (auto const* values : {&fused.reads, &fused.writes})
      for (ValueIndex value : *values)
        if (std::ranges::any_of(writers(value), disturbs)) return false;
    for (ValueIndex value : fused.writes)
      for (Index reader : readers(value))
        if (disturbs(reader) &&
            std::ranges::none_of(writers(value), [&](Index writer) { return writer < reader; }))
          return false;
    return true;
  }

  /// Puts `fused` in the place of its parts, where the first one was, if its kernel can and nothing
  /// between them is in the way.
  bool replace(std::vector<Index> const& parts, Step fused) {
    if (!may_move(parts, fused) || !can_(program_, fused)) return false;
    Index const position = *std::ranges::min_element(parts);
    for (Index part : parts) forget(part);
    program_.steps[position] = std::move(fused);
    alive_[position] = 1;
    index(position);
    return true;
  }

  struct Ending {
    steps::NormalizationEnding kind = steps::NormalizationEnding::none;
    std::vector<Index> parts{};
    ValueIndex y = no_value;
    ValueIndex addend = no_value;
  };

  /// What follows a value that is used once.
  Ending ending_of(ValueIndex y) const {
    using enum steps::NormalizationEnding;
    if (auto const found = only_reader<steps::Relu>(y))
      return {relu, {*found}, step(*found).writes[0]};
    if (auto const add = only_reader<steps::Add>(y)) {
      ValueIndex const addend = step(*add).reads[step(*add).reads[0] == y ? 1 : 0];
      if (auto const found = only_reader<steps::Relu>(step(*add).writes[0]); found && addend != y)
        return {add_relu, {*add, *found}, step(*found).writes[0], addend};
    }
    return {.kind = none, .y = y};
  }

  void fuse_forward(Index apply) {
    ValueIndex const x = step(apply).reads[0];
    ValueIndex const statistics = step(apply).reads[1];
    ValueIndex const y = step(apply).writes[0];
    // In evaluation nobody writes the statistics; with micro-batches they are also accumulated,
    // after.
    std::optional<Index> measured;
    for (Index i : writers(statistics))
      if (is<steps::NormalizationStatistics>(i) && step(i).reads[0] == x) measured = i;
    Ending const ending = ending_of(y);
    if (try_convolution(apply, ending) || try_forward(apply, measured, ending)) return;
    if (ending.kind == steps::NormalizationEnding::none) return;
    if (!try_convolution(apply, {.y = y})) try_forward(apply, measured, {.y = y});
  }

  /// In evaluation: the convolution whose result is only normalized takes the normalization in.
  bool try_convolution(Index apply, Ending const& ending) {
    Step const& old = step(apply);
    ValueIndex const x = old.reads[0];
    auto const convolution = only_writer<steps::Convolution>(x);
    if (!convolution || !only_reader<steps::NormalizationApply>(x) ||
        !writers(old.reads[1]).empty())
      return false;
    auto const& what = std::get<steps::Convolution>(step(*convolution).what);
    Step fused{
        .what = steps::ConvolutionEvaluation{what.window, what.groups,
                                             std::get<steps::NormalizationApply>(old.what).epsilon,
                                             ending.kind},
        .reads = step(*convolution).reads,
        .writes = {ending.y},
        .name = step(*convolution).name};
    fused.reads.insert(fused.reads.end(), old.reads.begin() + 1, old.reads.end());
    if (ending.addend != no_value) fused.reads.push_back(ending.addend);
    std::vector<Index> parts = ending.parts;
    parts.push_back(apply);
    parts.push_back(*convolution);
    return replace(parts, std::move(fused));
  }

  bool try_forward(Index apply, std::optional<Index> measured, Ending const& ending) {
    Step const& old = step(apply);
    double const epsilon = std::get<steps::NormalizationApply>(old.what).epsilon;
    std::vector<Index> parts = ending.parts;
    parts.push_back(apply);
    Step fused{.what = {}, .reads = old.reads, .writes = {ending.y}, .name = old.name};
    if (ending.addend != no_value) fused.reads.push_back(ending.addend);
    if (measured) {
      parts.push_back(*measured);
      fused.what = steps::NormalizationForward{epsilon, ending.kind};
      fused.reads.erase(fused.reads.begin() + 1);
      fused.writes.insert(fused.writes.begin(), old.reads[1]);
    } else {
      if (ending.kind == steps::NormalizationEnding::none) return false;
      fused.what = steps::NormalizationEvaluation{epsilon, ending.kind};
    }
    return replace_keeping_bits(parts, fused, ending) || replace(parts, std::move(fused));
  }

  /// The same for a step that also keeps bits for the gradient of its relu behind an addition.
  bool replace_keeping_bits(std::vector<Index> const& parts, Step fused, Ending const& ending) {
    bool const is_asked = std::ranges::any_of(
        readers(ending.y), [&](Index reader) { return is<steps::ReluGradient>(reader); });
    if (ending.kind != steps::NormalizationEnding::add_relu || !is_asked) return false;
    if (auto* forward = std::get_if<steps::NormalizationForward>(&fused.what))
      forward->mask = steps::ReluMask::bits;
    if (auto* evaluation = std::get_if<steps::NormalizationEvaluation>(&fused.what))
      evaluation->mask = steps::ReluMask::bits;
    ProgramValue const y = program_.value(ending.y);
    ValueIndex const bits =
        program_.add_value({y.name + ".bits", steps::bits_of(y.shape), NumberRole::index});
    readers_.emplace_back();
    writers_.emplace_back();
    fused.writes.push_back(bits);
    if (replace(parts, std::move(fused))) return true;
    program_.values.pop_back();
    readers_.pop_back();
    writers_.pop_back();
    return false;
  }

  /// The bits that are kept of y's relu, if there are any.
  ValueIndex bits_kept_of(ValueIndex y) const {
    if (writers(y).size() != 1) return no_value;
    Step const& writer = step(writers(y)[0]);
    auto const* forward = std::get_if<steps::NormalizationForward>(&writer.what);
    auto const* evaluation = std::get_if<steps::NormalizationEvaluation>(&writer.what);
    bool const keeps = (forward != nullptr && forward->mask == steps::ReluMask::bits) ||
                       (evaluation != nullptr && evaluation->mask == steps::ReluMask::bits);
    return keeps ? writer.writes.back() : no_value;
  }

  /// A NormalizationBackward that ends in an addition and relu, with what tells where it was open.
  bool replace_masked(std::vector<Index> const& parts, Step fused, ValueIndex y) {
    if (ValueIndex const bits = bits_kept_of(y); bits != no_value) {
      Step masked = fused;
      std::get<steps::NormalizationBackward>(masked.what).mask = steps::ReluMask::bits;
      masked.reads.push_back(bits);
      if (replace(parts, std::move(masked))) return true;
    }
    fused.reads.push_back(y);
    return replace(parts, std::move(fused));
  }

  /// The forward step that normalizes x with these statistics' scale, fused or not.
  std::optional<Index> forward_of(ValueIndex x, ValueIndex scale) const {
    for (Index i : readers(x)) {
      if (is<steps::NormalizationForward>(i) && step(i).reads[1] == scale) return i;
      if (is<steps::NormalizationApply>(i) && step(i).reads[2] == scale) return i;
    }
    return std::nullopt;
  }

  void fuse_backward(Index data) {
    Step const& old = step(data);
    ValueIndex const dy = old.reads[0], x = old.reads[1], statistics = old.reads[2],
                     scale = old.reads[3], dscale = old.reads[4], dshift = old.reads[5],
                     dx = old.writes[0];
    std::optional<Index> parameter;
    for (Index i : writers(dscale))
      if (is<steps::NormalizationParameterGradient>(i) && step(i).reads[0] == dy) parameter = i;
    std::optional<Index> const forward = forward_of(x, scale);
    if (!parameter || !forward) return;
    bool const is_fused = is<steps::NormalizationForward>(*forward);
    ValueIndex const shift = step(*forward).reads[is_fused ? 2 : 3];
    double const epsilon = std::get<steps::NormalizationDataGradient>(old.what).epsilon;
    Step const plain{.what = steps::NormalizationBackward{.epsilon = epsilon},
                     .reads = {x, statistics, scale, shift, dy},
                     .writes = {dscale, dshift, dx},
                     .name = old.name};
    std::vector<Index> const parts{*parameter, data};
    if (is_fused && fuse_backward_ending(*forward, dy, plain, parts)) return;
    replace(parts, plain);
  }

  /// The relu that ended the forward step, and the sum of two gradients before its gradient, too.
  bool fuse_backward_ending(Index forward, ValueIndex dy, Step fused, std::vector<Index> parts) {
    using enum steps::NormalizationEnding;
    auto const ending = std::get<steps::NormalizationForward>(step(forward).what).ending;
    ValueIndex const y = step(forward).writes[1];
    std::optional<Index> const gradient = only_writer<steps::ReluGradient>(dy);
    if (ending == none || !gradient || step(*gradient).reads[1] != y) return false;
    if (ending == relu && readers(dy).size() != 2) return false;  // somebody else needs it
    auto& what = std::get<steps::NormalizationBackward>(fused.what);
    what.ending = ending;
    ValueIndex const whole = step(*gradient).reads[0];
    fused.reads[4] = whole;
    parts.push_back(*gradient);
    if (ending == add_relu) {
      fused.writes.push_back(dy);
      if (auto const sum = only_writer<steps::SumGradients>(whole);
          sum && only_reader<steps::ReluGradient>(whole)) {
        Step both = fused;
        std::get<steps::NormalizationBackward>(both.what).gradients = 2;
        both.reads[4] = step(*sum).reads[0];
        both.reads.push_back(step(*sum).reads[1]);
        std::vector<Index> more = parts;
        more.push_back(*sum);
        if (replace_masked(more, std::move(both), y)) return true;
      }
      return replace_masked(parts, std::move(fused), y);
    }
    return replace(parts, std::move(fused));
  }

  Program program_;
  Can const& can_;
  std::vector<char> alive_;                  // of each step, whether it is still there
  std::vector<std::vector<Index>> readers_;  // of each value, the steps that read it, in order
  std::vector<std::vector<Index>> writers_;
};

}  // namespace detail

Program fuse(Program program, std::function<bool(Program const&, Step const&)> const& can) {
  return detail::Fuse(std::move(program), can).run();
}

std::string describe_fused(Program const& program) {
  std::map<std::string, int> counts;
  for (Step const& one : program.steps)
    if (std::holds_alternative<steps::NormalizationForward>(one.what) ||
        std::holds_alternative<steps::NormalizationEvaluation>(one.what) ||
        std::holds_alternative<steps::NormalizationBackward>(one.what) ||
        std::holds_alternative<steps::ConvolutionEvaluation>(one.what))
      ++counts[describe(one.what)];
  std::string text;
  for (auto const& [kind, count] : counts) text += std::to_string(count) + " x " + kind + "\n";
  return text;
}

}  // namespace ai500
