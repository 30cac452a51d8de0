// SPDX-License-Identifier: Apache-2.0
/// @file Which pattern fits each convolution step of a program as `lower` makes it: what the tests
/// expect of `fuse` and the kernel set, found in another way.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/graph/program.hpp>
#include <ai500/kernels/cudnn/patterns.hpp>
#include <ai500/kernels/cudnn/step_pattern.hpp>

namespace ai500::test {

using namespace kernels::cudnn;

/// A convolution step, forward or gradient, and the largest pattern around it.
struct Place {
  std::size_t step = 0;  ///< of the program
  Name name{};           ///< of the step
  Pattern pattern{};
};

namespace detail {

class Places {
 public:
  Places(Program const& program, Arithmetic arithmetic)
      : program_(program), arithmetic_(arithmetic) {
    readers_.resize(program.values.size());
    writers_.resize(program.values.size());
    for (std::size_t i = 0; i < program.steps.size(); ++i) {
      for (ValueIndex value : step(i).reads) readers_[at(value)].push_back(i);
      for (ValueIndex value : step(i).writes) writers_[at(value)].push_back(i);
    }
  }

  std::vector<Place> all() {
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      if (auto const* forward = std::get_if<steps::Convolution>(&step(i).what))
        add(i, forward_kind(i), forward->window, read(i, 0), read(i, 1), written(i));
      if (auto const* filter = std::get_if<steps::ConvolutionFilterGradient>(&step(i).what))
        add(i, filter_kind(i), filter->window, read(i, 0), written(i), read(i, 1));
      if (auto const* data = std::get_if<steps::ConvolutionDataGradient>(&step(i).what))
        add(i, data_kind(i), data->window, written(i), read(i, 1), read(i, 0));
    }
    return std::move(places_);
  }

 private:
  using Index = std::size_t;

  static std::size_t at(ValueIndex value) { return static_cast<std::size_t>(value); }
  Step const& step(Index i) const { return program_.steps[i]; }
  Shape const& read(Index i, std::size_t n) const { return program_.value(step(i).reads[n]).shape; }
  Shape const& written(Index i) const { return program_.value(step(i).writes[0]).shape; }

  template <class Operation>
  bool is(Index i) const {
    return std::holds_alternative<Operation>(step(i).what);
  }
  /// The only step that writes a value, if it is of this kind.
  template <class Operation>
  std::optional<Index> writer(ValueIndex value) const {
    auto const& all = writers_[at(value)];
    if (all.size() != 1 || !is<Operation>(all[0])) return std::nullopt;
    return all[0];
  }
  /// The only step that reads a value, if it is of this kind.
  template <class Operation>
  std::optional<Index> reader(ValueIndex value) const {
    auto const& all = readers_[at(value)];
    if (all.size() != 1 || !is<Operation>(all[0])) return std::nullopt;
    return all[0];
  }

  void add(Index i, PatternKind kind, Window const& window, Shape const& x, Shape const& weight,
           Shape const& y) {
    Pattern pattern{kind, x, weight, y, window, arithmetic_};
    if (!has_fusible_channels(pattern)) pattern.kind = plain(kind);
    places_.push_back({i, step(i).name, pattern});
  }

  PatternKind forward_kind(Index i) const {
    bool statistics = false;
    for (Index reader : readers_[at(step(i).writes[0])])
      statistics = statistics || is<steps::NormalizationStatistics>(reader);
    if (!statistics) return PatternKind::convolution;
    return is_normalized_relu(step(i).reads[0]) ? PatternKind::normalized_convolution_statistics
                                                : PatternKind::convolution_statistics;
  }

  PatternKind filter_kind(Index i) const {
    return is_normalized_relu(step(i).reads[0]) ? PatternKind::normalized_filter_gradient
                                                : PatternKind::filter_gradient;
  }

  /// Whether a value is relu(normalization(...)) that one convolution uses, and the gradients of
  /// both: then it need not be in memory.
  bool is_normalized_relu(ValueIndex value) const {
    auto const relu = writer<steps::Relu>(value);
    if (!relu || !writer<steps::NormalizationApply>(step(*relu).reads[0])) return false;
    int convolutions = 0;
    for (Index reader : readers_[at(value)]) {
      convolutions += is<steps::Convolution>(reader) ? 1 : 0;
      if (!is<steps::Convolution>(reader) && !is<steps::ConvolutionFilterGradient>(reader) &&
          !is<steps::ReluGradient>(reader))
        return false;
    }
    return convolutions == 1;
  }

  PatternKind data_kind(Index i) const {
    ValueIndex const dx = step(i).writes[0];
    if (auto const relu = reader<steps::ReluGradient>(dx))
      return comes_from_normalization(relu_input(*relu)) ? PatternKind::data_gradient_normalization
                                                         : PatternKind::data_gradient;
    auto const sum = reader<steps::SumGradients>(dx);
    if (!sum || !is_last_of(*sum, i)) return PatternKind::data_gradient;
    auto const relu = reader<steps::ReluGradient>(step(*sum).writes[0]);
    if (!relu) return PatternKind::data_gradient;
    auto const addition = writer<steps::Add>(relu_input(*relu));
    if (!addition) return PatternKind::data_gradient;
    int normalized = 0;
    for (ValueIndex summand : step(*addition).reads)
      normalized += comes_from_normalization(summand) ? 1 : 0;
    return normalized == 2   ? PatternKind::data_gradient_projection_block
           : normalized == 1 ? PatternKind::data_gradient_identity_block
                             : PatternKind::data_gradient;
  }

  /// What went into the relu whose gradient a step computes; no_value when nobody knows.
  ValueIndex relu_input(Index relu_gradient) const {
    auto const relu = writer<steps::Relu>(step(relu_gradient).reads[1]);
    return relu ? step(*relu).reads[0] : no_value;
  }
  bool comes_from_normalization(ValueIndex value) const {
    return value != no_value && writer<steps::NormalizationApply>(value).has_value();
  }
  /// Whether step i makes the last of the summands that a sum waits for.
  bool is_last_of(Index sum, Index i) const {
    for (ValueIndex summand : step(sum).reads)
      for (Index writer : writers_[at(summand)])
        if (writer > i) return false;
    return true;
  }

  Program const& program_;
  Arithmetic arithmetic_;
  std::vector<std::vector<Index>> readers_;  // of each value, the steps that read it, in order
  std::vector<std::vector<Index>> writers_;
  std::vector<Place> places_;
};

}  // namespace detail

/// The places of a program in the order of its steps. The program is as `lower` makes it, before
/// any fusion: what is around a convolution is recognized by its single steps.
/// - Forward: statistics, where a normalization takes them of the result; normalization and relu
///   before, where only this convolution and its gradients use their result.
/// - Filter gradient: the same normalization and relu before.
/// - Data gradient: the gradients of relu and normalization (two in a projection block) that made
///   the convolution's input; where the input was used twice, the sum with the other use's
///   gradient, if that was made earlier.
inline std::vector<Place> places(Program const& program, Arithmetic arithmetic) {
  return detail::Places(program, arithmetic).all();
}

}  // namespace ai500::test
