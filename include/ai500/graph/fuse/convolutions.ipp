// SPDX-License-Identifier: Apache-2.0
/// @file The fusions around convolutions in a training step, forward and gradients: what GPUs have
/// engines for.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <ai500/graph/fuse/fusible_program.ipp>

namespace ai500::detail {

/// Joins a convolution's step with what is around it. The rules of each fused step are in its
/// documentation (graph/steps.hpp).
class ConvolutionFusions {
 public:
  explicit ConvolutionFusions(FusibleProgram& program) : program_(program) {}

  void run() {
    // Gradients first: where they need not read a normalized input, the forward convolution may
    // keep it to itself.
    for (Index i = 0; i < program_.size(); ++i) {
      if (program_.is<steps::ConvolutionFilterGradient>(i)) fuse_filter_gradient(i);
      if (program_.is<steps::ConvolutionDataGradient>(i)) fuse_data_gradient(i);
    }
    for (Index i = 0; i < program_.size(); ++i)
      if (program_.is<steps::Convolution>(i)) fuse_convolution(i);
  }

 private:
  using Index = StepIndex;

  /// A normalization in a training program, step by step: what it reads, and who applies it.
  struct Normalized {
    Index apply = 0;
    ValueIndex x = no_value, statistics = no_value, scale = no_value, shift = no_value;
    double epsilon = 0;
  };
  /// The normalization that makes a value, if its statistics are measured.
  std::optional<Normalized> normalized(ValueIndex value) const {
    auto const apply = program_.only_writer<steps::NormalizationApply>(value);
    if (!apply || program_.writers(program_.step(*apply).reads[1]).empty()) return std::nullopt;
    auto const& reads = program_.step(*apply).reads;
    return Normalized{
        *apply,   reads[0],
        reads[1], reads[2],
        reads[3], std::get<steps::NormalizationApply>(program_.step(*apply).what).epsilon};
  }
  struct NormalizedRelu {
    Normalized normalized;
    Index relu = 0;
  };
  /// The normalization and relu that make a value for one convolution, its gradients and their own.
  std::optional<NormalizedRelu> normalized_relu(ValueIndex value) const {
    auto const relu = program_.only_writer<steps::Relu>(value);
    if (!relu || program_.value(value).residence != Residence::planned) return std::nullopt;
    auto const found = normalized(program_.step(*relu).reads[0]);
    if (!found || program_.readers(program_.step(*relu).reads[0]).size() != 1) return std::nullopt;
    int convolutions = 0;
    for (Index reader : program_.readers(value)) {
      convolutions += program_.is<steps::Convolution>(reader) ? 1 : 0;
      if (!program_.is<steps::Convolution>(reader) &&
          !program_.is<steps::ConvolutionFilterGradient>(reader) &&
          !program_.is<steps::ReluGradient>(reader))
        return std::nullopt;
    }
    if (convolutions != 1) return std::nullopt;
    return NormalizedRelu{*found, *relu};
  }

  void fuse_filter_gradient(Index filter) {
    Step const& old = program_.step(filter);
    auto const input = normalized_relu(old.reads[0]);
    if (!input) return;
    auto const& [apply, x, statistics, scale, shift, epsilon] = input->normalized;
    auto const& what = std::get<steps::ConvolutionFilterGradient>(old.what);
    program_.replace({filter},
                     {.what = steps::ConvolutionFilterBackward{what.window, what.groups, epsilon},
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
    for (Index reader : program_.readers(dz)) {
      if (program_.step(reader).reads.size() < 2 || program_.step(reader).reads[1] != of.x)
        continue;
      if (program_.is<steps::NormalizationParameterGradient>(reader)) parameter = reader;
      if (program_.is<steps::NormalizationDataGradient>(reader) &&
          program_.step(reader).reads[3] == of.scale)
        data = reader;
    }
    if (!parameter || !data) return std::nullopt;
    auto const& sums = program_.step(*parameter).writes;
    if (program_.step(*data).reads[4] != sums[0] || program_.step(*data).reads[5] != sums[1])
      return std::nullopt;
    return NormalizationGradients{{*parameter, *data},
                                  {sums[0], sums[1], program_.step(*data).writes[0]}};
  }

  void fuse_data_gradient(Index data) {
    ValueIndex const dx = program_.step(data).writes[0];
    if (auto const relu = program_.only_reader<steps::ReluGradient>(dx)) {
      fuse_data_gradient_of_relu(data, *relu);
      return;
    }
    auto const sum = program_.only_reader<steps::SumGradients>(dx);
    if (!sum) return;
    auto const relu = program_.only_reader<steps::ReluGradient>(program_.step(*sum).writes[0]);
    if (relu) fuse_data_gradient_of_block(data, *sum, *relu);
  }

  Step data_backward(Index data, steps::InputOrigin origin, Normalized const& of) const {
    Step const& old = program_.step(data);
    auto const& what = std::get<steps::ConvolutionDataGradient>(old.what);
    return {.what = steps::ConvolutionDataBackward{what.window, what.groups, origin, of.epsilon},
            .reads = {old.reads[0], old.reads[1], of.x, of.statistics, of.scale, of.shift},
            .writes = {},
            .name = old.name};
  }

  void fuse_data_gradient_of_relu(Index data, Index relu) {
    auto const forward = program_.only_writer<steps::Relu>(program_.step(relu).reads[1]);
    if (!forward) return;
    auto const of = normalized(program_.step(*forward).reads[0]);
    ValueIndex const dz = program_.step(relu).writes[0];
    if (!of || program_.readers(dz).size() != 2) return;
    auto const gradients = gradients_of(*of, dz);
    if (!gradients) return;
    Step fused = data_backward(data, steps::InputOrigin::relu, *of);
    fused.writes = gradients->writes;
    program_.replace(joined({data, relu}, gradients->parts), std::move(fused));
  }

  void fuse_data_gradient_of_block(Index data, Index sum, Index relu) {
    auto const forward = program_.only_writer<steps::Relu>(program_.step(relu).reads[1]);
    if (!forward) return;
    auto const addition = program_.only_writer<steps::Add>(program_.step(*forward).reads[0]);
    if (!addition) return;
    auto const& summands = program_.step(*addition).reads;
    ValueIndex const dz = program_.step(relu).writes[0];
    auto const& added = program_.step(sum).reads;
    ValueIndex const other = added[added[0] == program_.step(data).writes[0] ? 1 : 0];
    if (other == program_.step(data).writes[0]) return;
    std::vector<Index> const parts{data, sum, relu};

    auto const first = normalized(summands[0]), second = normalized(summands[1]);
    if (first && second && first->x != second->x && first->epsilon == second->epsilon &&
        program_.readers(dz).size() == 4) {
      auto const main = gradients_of(*first, dz), projection = gradients_of(*second, dz);
      if (main && projection) {
        Step fused = data_backward(data, steps::InputOrigin::projection_block, *first);
        fused.reads = joined(fused.reads,
                             {other, second->x, second->statistics, second->scale, second->shift});
        fused.writes = joined(main->writes, projection->writes);
        if (program_.replace(joined(joined(parts, main->parts), projection->parts),
                             std::move(fused)))
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
      if (program_.replace(joined(parts, gradients->parts), std::move(fused))) return;
    }
  }

  void fuse_convolution(Index convolution) {
    Step const& old = program_.step(convolution);
    ValueIndex const y = old.writes[0];
    std::optional<Index> measured;
    for (Index reader : program_.readers(y))
      if (program_.is<steps::NormalizationStatistics>(reader)) measured = reader;
    if (!measured) return;
    auto const& what = std::get<steps::Convolution>(old.what);
    Step fused{.what = steps::ConvolutionForward{.window = what.window, .groups = what.groups},
               .reads = old.reads,
               .writes = {y, program_.step(*measured).writes[0]},
               .name = old.name};
    auto const input = normalized_relu(old.reads[0]);
    if (input && program_.readers(old.reads[0]).size() == 1) {
      auto const& [apply, x, statistics, scale, shift, epsilon] = input->normalized;
      Step normalizing = fused;
      auto& more = std::get<steps::ConvolutionForward>(normalizing.what);
      more.normalizes_input = true;
      more.epsilon = epsilon;
      normalizing.reads = {x, old.reads[1], statistics, scale, shift};
      if (program_.replace({apply, input->relu, convolution, *measured}, std::move(normalizing)))
        return;
    }
    program_.replace({convolution, *measured}, std::move(fused));
  }

  FusibleProgram& program_;
};

}  // namespace ai500::detail
