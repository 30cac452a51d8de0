// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of fuse.hpp.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
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
    // Around convolutions, gradients first: where they need not read a normalized input, the
    // forward convolution may keep it to itself.
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      if (alive_[i] && is<steps::ConvolutionFilterGradient>(i)) fuse_filter_gradient(i);
      if (alive_[i] && is<steps::ConvolutionDataGradient>(i)) fuse_data_gradient(i);
    }
    for (std::size_t i = 0; i < program_.steps.size(); ++i)
      if (alive_[i] && is<steps::Convolution>(i)) fuse_convolution(i);
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

  /// A normalization in a training program, step by step: what it reads, and who applies it.
  struct Normalized {
    Index apply = 0;
    ValueIndex x = no_value, statistics = no_value, scale = no_value, shift = no_value;
    double epsilon = 0;
  };
  /// The normalization that makes a value, if its statistics are measured.
  std::optional<Normalized> normalized(ValueIndex value) const {
    auto const apply = only_writer<steps::NormalizationApply>(value);
    if (!apply || writers(step(*apply).reads[1]).empty()) return std::nullopt;
    auto const& reads = step(*apply).reads;
    return Normalized{*apply,   reads[0],
                      reads[1], reads[2],
                      reads[3], std::get<steps::NormalizationApply>(step(*apply).what).epsilon};
  }
  struct NormalizedRelu {
    Normalized normalized;
    Index relu = 0;
  };
  /// The normalization and relu that make a value for one convolution, its gradients and their own.
  std::optional<NormalizedRelu> normalized_relu(ValueIndex value) const {
    auto const relu = only_writer<steps::Relu>(value);
    if (!relu || program_.value(value).residence != Residence::planned) return std::nullopt;
    auto const found = normalized(step(*relu).reads[0]);
    if (!found || readers(step(*relu).reads[0]).size() != 1) return std::nullopt;
    int convolutions = 0;
    for (Index reader : readers(value)) {
      convolutions += is<steps::Convolution>(reader) ? 1 : 0;
      if (!is<steps::Convolution>(reader) && !is<steps::ConvolutionFilterGradient>(reader) &&
          !is<steps::ReluGradient>(reader))
        return std::nullopt;
    }
    if (convolutions != 1) return std::nullopt;
    return NormalizedRelu{*found, *relu};
  }

  void fuse_filter_gradient(Index filter) {
    Step const& old = step(filter);
    auto const input = normalized_relu(old.reads[0]);
    if (!input) return;
    auto const& [apply, x, statistics, scale, shift, epsilon] = input->normalized;
    auto const& what = std::get<steps::ConvolutionFilterGradient>(old.what);
    replace({filter}, {.what = steps::ConvolutionFilterBackward{what.window, what.groups, epsilon},
                       .reads = {x, statistics, scale, shift, old.reads[1]},
                       .writes = old.writes,
                       .name = old.name});
  }

  /// The gradients of a normalization, for a gradient of its result.
  struct NormalizationGradients {
    std::vector<Index> parts{};
    std::vector<ValueIndex> writes{};  // dscale, dshift, dx
  };
  std::optional<NormalizationGradients> gradients_of(Normalized const& of, ValueIndex dz) const {
    std::optional<Index> parameter, data;
    for (Index reader : readers(dz)) {
      if (step(reader).reads.size() < 2 || step(reader).reads[1] != of.x) continue;
      if (is<steps::NormalizationParameterGradient>(reader)) parameter = reader;
      if (is<steps::NormalizationDataGradient>(reader) && step(reader).reads[3] == of.scale)
        data = reader;
    }
    if (!parameter || !data) return std::nullopt;
    auto const& sums = step(*parameter).writes;
    if (step(*data).reads[4] != sums[0] || step(*data).reads[5] != sums[1]) return std::nullopt;
    return NormalizationGradients{{*parameter, *data}, {sums[0], sums[1], step(*data).writes[0]}};
  }

  void fuse_data_gradient(Index data) {
    ValueIndex const dx = step(data).writes[0];
    if (auto const relu = only_reader<steps::ReluGradient>(dx)) {
      fuse_data_gradient_of_relu(data, *relu);
      return;
    }
    auto const sum = only_reader<steps::SumGradients>(dx);
    if (!sum) return;
    auto const relu = only_reader<steps::ReluGradient>(step(*sum).writes[0]);
    if (relu) fuse_data_gradient_of_block(data, *sum, *relu);
  }

  Step data_backward(Index data, steps::InputOrigin origin, Normalized const& of) const {
    Step const& old = step(data);
    auto const& what = std::get<steps::ConvolutionDataGradient>(old.what);
    return {.what = steps::ConvolutionDataBackward{what.window, what.groups, origin, of.epsilon},
            .reads = {old.reads[0], old.reads[1], of.x, of.statistics, of.scale, of.shift},
            .writes = {},
            .name = old.name};
  }

  void fuse_data_gradient_of_relu(Index data, Index relu) {
    auto const forward = only_writer<steps::Relu>(step(relu).reads[1]);
    if (!forward) return;
    auto const of = normalized(step(*forward).reads[0]);
    ValueIndex const dz = step(relu).writes[0];
    if (!of || readers(dz).size() != 2) return;
    auto const gradients = gradients_of(*of, dz);
    if (!gradients) return;
    Step fused = data_backward(data, steps::InputOrigin::relu, *of);
    fused.writes = gradients->writes;
    replace(joined({data, relu}, gradients->parts), std::move(fused));
  }

  void fuse_data_gradient_of_block(Index data, Index sum, Index relu) {
    auto const forward = only_writer<steps::Relu>(step(relu).reads[1]);
    if (!forward) return;
    auto const addition = only_writer<steps::Add>(step(*forward).reads[0]);
    if (!addition) return;
    auto const& summands = step(*addition).reads;
    ValueIndex const dz = step(relu).writes[0];
    auto const& added = step(sum).reads;
    ValueIndex const other = added[added[0] == step(data).writes[0] ? 1 : 0];
    if (other == step(data).writes[0]) return;
    std::vector<Index> const parts{data, sum, relu};

    auto const first = normalized(summands[0]), second = normalized(summands[1]);
    if (first && second && first->x != second->x && first->epsilon == second->epsilon &&
        readers(dz).size() == 4) {
      auto const main = gradients_of(*first, dz), projection = gradients_of(*second, dz);
      if (main && projection) {
        Step fused = data_backward(data, steps::InputOrigin::projection_block, *first);
        fused.reads = joined(fused.reads,
                             {other, second->x, second->statistics, second->scale, second->shift});
        fused.writes = joined(main->writes, projection->writes);
        if (replace(joined(joined(parts, main->parts), projection->parts), std::move(fused)))
          return;
      }
    }
    // A block whose shortcut is normalized, too, is one with an identity for the other summand.
    for (bool swapped : {false, true}) {
      auto const& of = swapped ? second : first;
      ValueIndex const shortcut = summands[swapped ? 0 : 1];
      if (!of) continue;
      auto const gradients = gradients_of(*of, dz);
      if (!gradients) continue;
      Step fused = data_backward(data, steps::InputOrigin::identity_block, *of);
      fused.reads = joined(fused.reads, {other, shortcut});
      fused.writes = joined(gradients->writes, {dz});
      if (replace(joined(parts, gradients->parts), std::move(fused))) return;
    }
  }

  void fuse_convolution(Index convolution) {
    Step const& old = step(convolution);
    ValueIndex const y = old.writes[0];
    std::optional<Index> measured;
    for (Index reader : readers(y))
      if (is<steps::NormalizationStatistics>(reader)) measured = reader;
    if (!measured) return;
    auto const& what = std::get<steps::Convolution>(old.what);
    Step fused{.what = steps::ConvolutionForward{.window = what.window, .groups = what.groups},
               .reads = old.reads,
               .writes = {y, step(*measured).writes[0]},
               .name = old.name};
    auto const input = normalized_relu(old.reads[0]);
    if (input && readers(old.reads[0]).size() == 1) {
      auto const& [apply, x, statistics, scale, shift, epsilon] = input->normalized;
      Step normalizing = fused;
      auto& more = std::get<steps::ConvolutionForward>(normalizing.what);
      more.normalizes_input = true;
      more.epsilon = epsilon;
      normalizing.reads = {x, old.reads[1], statistics, scale, shift};
      if (replace({apply, input->relu, convolution, *measured}, std::move(normalizing))) return;
    }
    replace({convolution, *measured}, std::move(fused));
  }

  template <class T>
  static std::vector<T> joined(std::vector<T> first, std::vector<T> const& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
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

  /// The forward step that normalizes x with this scale, fused or not: the values behind its scale,
  /// and what it does to its result.
  struct Forward {
    ValueIndex shift;
    steps::NormalizationEnding ending = steps::NormalizationEnding::none;
    ValueIndex y = no_value;
  };
  std::optional<Forward> forward_of(ValueIndex x, ValueIndex scale) const {
    for (Index i : readers(x)) {
      auto const& [reads, writes] = std::tie(step(i).reads, step(i).writes);
      if (auto const* forward = std::get_if<steps::NormalizationForward>(&step(i).what);
          forward != nullptr && reads[1] == scale)
        return Forward{reads[2], forward->ending, writes[1]};
      // Its statistics were taken by the convolution before it.
      if (auto const* given = std::get_if<steps::NormalizationEvaluation>(&step(i).what);
          given != nullptr && reads[2] == scale)
        return Forward{reads[3], given->ending, writes[0]};
      if (is<steps::NormalizationApply>(i) && reads[2] == scale) return Forward{reads[3]};
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
    std::optional<Forward> const forward = forward_of(x, scale);
    if (!parameter || !forward) return;
    ValueIndex const shift = forward->shift;
    double const epsilon = std::get<steps::NormalizationDataGradient>(old.what).epsilon;
    Step const plain{.what = steps::NormalizationBackward{.epsilon = epsilon},
                     .reads = {x, statistics, scale, shift, dy},
                     .writes = {dscale, dshift, dx},
                     .name = old.name};
    std::vector<Index> const parts{*parameter, data};
    if (fuse_backward_ending(*forward, dy, plain, parts)) return;
    replace(parts, plain);
  }

  /// The relu that ended the forward step, and the sum of two gradients before its gradient, too.
  bool fuse_backward_ending(Forward const& forward, ValueIndex dy, Step fused,
                            std::vector<Index> parts) {
    using enum steps::NormalizationEnding;
    auto const [shift, ending, y] = forward;
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
        std::holds_alternative<steps::ConvolutionEvaluation>(one.what) ||
        std::holds_alternative<steps::ConvolutionForward>(one.what) ||
        std::holds_alternative<steps::ConvolutionFilterBackward>(one.what) ||
        std::holds_alternative<steps::ConvolutionDataBackward>(one.what))
      ++counts[describe(one.what)];
  std::string text;
  for (auto const& [kind, count] : counts) text += std::to_string(count) + " x " + kind + "\n";
  return text;
}

}  // namespace ai500
