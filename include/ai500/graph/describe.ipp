// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of describe.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>

#include <ai500/graph/describe.hpp>

namespace ai500 {

namespace detail {

inline std::string padded(std::string_view text, std::size_t width) {
  std::string result(text);
  if (result.size() < width) result.append(width - result.size(), ' ');
  return result;
}

inline std::string right_aligned(std::string text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

/// 7739990016 -> "7,739,990,016".
inline std::string grouped(Count number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3 && digits[i - 4] != '-'; i -= 3)
    digits.insert(i - 3, ",");
  return digits;
}

}  // namespace detail

std::string describe(Graph const& graph) {
  std::string lines;
  for (Operation const& operation : graph.operations) {
    std::string inputs;
    for (ValueIndex input : operation.inputs) {
      GraphValue const& value = graph.values[static_cast<std::size_t>(input)];
      inputs += (inputs.empty() ? "" : ", ") + std::string(value.name.view());
    }
    lines += detail::padded(operation.name.view(), 28) +
             detail::padded(text(graph.shape(operation.outputs[0])), 18) + inputs + "\n";
  }
  return lines;
}

std::string describe(StepOperation const& what) {
  std::string text(name(what));
  if (auto const* forward = std::get_if<steps::NormalizationForward>(&what))
    text += std::string(name(forward->ending)) + std::string(name(forward->mask));
  if (auto const* evaluation = std::get_if<steps::NormalizationEvaluation>(&what))
    text += std::string(name(evaluation->ending)) + std::string(name(evaluation->mask));
  if (auto const* convolution = std::get_if<steps::ConvolutionEvaluation>(&what))
    text += name(convolution->ending);
  if (auto const* backward = std::get_if<steps::NormalizationBackward>(&what)) {
    text += std::string(name(backward->ending)) + std::string(name(backward->mask));
    if (backward->gradients == 2) text += " + sum";
  }
  if (auto const* convolution = std::get_if<steps::ConvolutionForward>(&what))
    text += convolution->normalizes_input ? " of normalization + relu" : "";
  if (auto const* data = std::get_if<steps::ConvolutionDataBackward>(&what))
    text += name(data->origin);
  return text;
}

std::string describe(Program const& program, NumberSizes sizes,
                     std::span<std::string const> notes) {
  auto list = [&](std::vector<ValueIndex> const& values) {
    std::string names;
    for (ValueIndex value : values)
      names += (names.empty() ? "" : ", ") + std::string(program.value(value).name.view()) + " " +
               text(program.value(value).shape) +
               (program.value(value).layout == Layout::plain
                    ? ""
                    : " " + std::string(name(program.value(value).layout)));
    return names;
  };
  MemoryPlan const plan = plan_memory(program, sizes);
  auto in_place = [&](Step const& step) {
    std::string names;
    for (ValueIndex value : step.writes)
      if (ValueIndex const over = plan.in_place_of[static_cast<std::size_t>(value)];
          over != no_value && std::ranges::find(step.reads, over) != step.reads.end())
        names += (names.empty() ? "; in place of " : ", ") +
                 std::string(program.value(over).name.view());
    return names;
  };
  std::string lines;
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    Step const& step = program.steps[i];
    lines += detail::right_aligned(std::to_string(i), 5) + "  " +
             detail::padded(describe(step.what), 33) + " " + list(step.reads) + " -> " +
             list(step.writes) + in_place(step) + (step.way.empty() ? "" : "; by " + step.way) +
             (i < notes.size() ? notes[i] : "") + "\n";
  }
  auto megabytes = [](std::size_t bytes) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f MB", static_cast<double>(bytes) * 1e-6);
    return std::string(text.data());
  };
  return lines + std::to_string(program.steps.size()) + " steps, " +
         std::to_string(program.values.size()) + " values; arena " + megabytes(plan.arena_bytes) +
         " (" + megabytes(plan.peak_bytes) + " alive at most, " + megabytes(plan.sum_bytes) +
         " without sharing)\n";
}

std::string describe(FlopCount const& count, std::string_view rules) {
  auto row = [](std::string_view name, std::string operations, Count forward, Count training) {
    return detail::padded(name, 24) + detail::right_aligned(std::move(operations), 10) +
           detail::right_aligned(detail::grouped(forward), 20) +
           detail::right_aligned(detail::grouped(training), 20) + "\n";
  };
  std::string lines = "FLOPs an image, rule set: " + std::string(rules) + "\n" +
                      detail::padded("Operator", 24) + detail::right_aligned("number", 10) +
                      detail::right_aligned("forward", 20) + detail::right_aligned("training", 20) +
                      "\n";
  for (std::size_t i = 0; i < operator_kinds; ++i)
    if (count.kinds[i].operations > 0)
      lines += row(name(static_cast<OperatorKind>(i)), std::to_string(count.kinds[i].operations),
                   count.kinds[i].forward, count.kinds[i].training);
  return lines + row("Total", "", count.forward, count.training);
}

std::string describe_flops(std::string_view model, Graph const& graph) {
  return std::string(model) + ", " + describe(flops(graph), flop_rules::TableThree::name) + "\n" +
         describe(flops(graph, flop_rules::MultiplyAddIsTwo{}), flop_rules::MultiplyAddIsTwo::name);
}

}  // namespace ai500
