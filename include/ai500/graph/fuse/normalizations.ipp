// SPDX-License-Identifier: Apache-2.0
/// @file The fusions of normalizations with the addition and relu behind them, forward and
/// backward: what every fast kernel set has.
#pragma once

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/graph/fuse/evaluation.ipp>
#include <ai500/graph/fuse/fusible_program.ipp>
#include <ai500/graph/fuse/normalization_ending.ipp>

namespace ai500::detail {

/// Joins a normalization's steps, forward and backward, with what is behind them.
class NormalizationFusions {
 public:
  explicit NormalizationFusions(FusibleProgram& program) : program_(program) {}

  void run() {
    // Last ones first: where two normalizations meet in an addition, the second one takes it.
    for (Index i = program_.size(); i-- > 0;)
      if (program_.is<steps::NormalizationApply>(i)) fuse_forward(i);
    for (Index i = 0; i < program_.size(); ++i)
      if (program_.is<steps::NormalizationDataGradient>(i)) fuse_backward(i);
  }

 private:
  using Index = StepIndex;

  void fuse_forward(Index apply) {
    ValueIndex const x = program_.step(apply).reads[0];
    ValueIndex const statistics = program_.step(apply).reads[1];
    ValueIndex const y = program_.step(apply).writes[0];
    // In evaluation nobody writes the statistics; with micro-batches they are also accumulated,
    // after.
    std::optional<Index> measured;
    for (Index i : program_.writers(statistics))
      if (program_.is<steps::NormalizationStatistics>(i) && program_.step(i).reads[0] == x)
        measured = i;
    Ending const ending = ending_of(program_, y);
    if (fold_into_convolution(program_, apply, ending) || try_forward(apply, measured, ending))
      return;
    if (ending.kind == steps::NormalizationEnding::none) return;
    if (!fold_into_convolution(program_, apply, {.y = y})) try_forward(apply, measured, {.y = y});
  }

  bool try_forward(Index apply, std::optional<Index> measured, Ending const& ending) {
    Step const& old = program_.step(apply);
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
    return replace_keeping_bits(parts, fused, ending) || program_.replace(parts, std::move(fused));
  }

  /// The same for a step that also keeps bits for the gradient of its relu behind an addition.
  bool replace_keeping_bits(std::vector<Index> const& parts, Step fused, Ending const& ending) {
    bool const is_asked = std::ranges::any_of(program_.readers(ending.y), [&](Index reader) {
      return program_.is<steps::ReluGradient>(reader);
    });
    if (ending.kind != steps::NormalizationEnding::add_relu || !is_asked) return false;
    if (auto* forward = std::get_if<steps::NormalizationForward>(&fused.what))
      forward->mask = steps::ReluMask::bits;
    if (auto* evaluation = std::get_if<steps::NormalizationEvaluation>(&fused.what))
      evaluation->mask = steps::ReluMask::bits;
    ProgramValue const y = program_.value(ending.y);
    ValueIndex const bits =
        program_.add_value({y.name + ".bits", steps::bits_of(y.shape), NumberRole::index});
    fused.writes.push_back(bits);
    if (program_.replace(parts, std::move(fused))) return true;
    program_.drop_last_value();
    return false;
  }

  /// The bits that are kept of y's relu, if there are any.
  ValueIndex bits_kept_of(ValueIndex y) const {
    if (program_.writers(y).size() != 1) return no_value;
    Step const& writer = program_.step(program_.writers(y)[0]);
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
      if (program_.replace(parts, std::move(masked))) return true;
    }
    fused.reads.push_back(y);
    return program_.replace(parts, std::move(fused));
  }

  /// The forward step that normalizes x with this scale, fused or not: the values behind its scale,
  /// and what it does to its result.
  struct Forward {
    ValueIndex shift;
    steps::NormalizationEnding ending = steps::NormalizationEnding::none;
    ValueIndex y = no_value;
  };
  std::optional<Forward> forward_of(ValueIndex x, ValueIndex scale) const {
    for (Index i : program_.readers(x)) {
      auto const& [reads, writes] = std::tie(program_.step(i).reads, program_.step(i).writes);
      if (auto const* forward = std::get_if<steps::NormalizationForward>(&program_.step(i).what);
          forward != nullptr && reads[1] == scale)
        return Forward{reads[2], forward->ending, writes[1]};
      // Its statistics were taken by the convolution before it.
      if (auto const* given = std::get_if<steps::NormalizationEvaluation>(&program_.step(i).what);
          given != nullptr && reads[2] == scale)
        return Forward{reads[3], given->ending, writes[0]};
      if (program_.is<steps::NormalizationApply>(i) && reads[2] == scale) return Forward{reads[3]};
    }
    return std::nullopt;
  }

  void fuse_backward(Index data) {
    Step const& old = program_.step(data);
    ValueIndex const dy = old.reads[0], x = old.reads[1], statistics = old.reads[2],
                     scale = old.reads[3], dscale = old.reads[4], dshift = old.reads[5],
                     dx = old.writes[0];
    std::optional<Index> parameter;
    for (Index i : program_.writers(dscale))
      if (program_.is<steps::NormalizationParameterGradient>(i) && program_.step(i).reads[0] == dy)
        parameter = i;
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
    program_.replace(parts, plain);
  }

  /// The relu that ended the forward step, and the sum of two gradients before its gradient, too.
  bool fuse_backward_ending(Forward const& forward, ValueIndex dy, Step fused,
                            std::vector<Index> parts) {
    using enum steps::NormalizationEnding;
    auto const [shift, ending, y] = forward;
    std::optional<Index> const gradient = program_.only_writer<steps::ReluGradient>(dy);
    if (ending == none || !gradient || program_.step(*gradient).reads[1] != y) return false;
    if (ending == relu && program_.readers(dy).size() != 2) return false;  // somebody else needs it
    auto& what = std::get<steps::NormalizationBackward>(fused.what);
    what.ending = ending;
    ValueIndex const whole = program_.step(*gradient).reads[0];
    fused.reads[4] = whole;
    parts.push_back(*gradient);
    if (ending == add_relu) {
      fused.writes.push_back(dy);
      if (auto const sum = program_.only_writer<steps::SumGradients>(whole);
          sum && program_.only_reader<steps::ReluGradient>(whole)) {
        Step both = fused;
        std::get<steps::NormalizationBackward>(both.what).gradients = 2;
        both.reads[4] = program_.step(*sum).reads[0];
        both.reads.push_back(program_.step(*sum).reads[1]);
        std::vector<Index> more = parts;
        more.push_back(*sum);
        if (replace_masked(more, std::move(both), y)) return true;
      }
      return replace_masked(parts, std::move(fused), y);
    }
    return program_.replace(parts, std::move(fused));
  }

  FusibleProgram& program_;
};

}  // namespace ai500::detail
