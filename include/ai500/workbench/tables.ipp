// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of tables.hpp and of the texts of work.hpp and comparison.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include <ai500/reports/number_text.hpp>
#include <ai500/workbench/tables.hpp>

namespace ai500::workbench {

std::string item_text(Shape const& shape) {
  return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" +
         std::to_string(shape.width);
}

std::string convolution_text(Layer const& of, Window const& window, Count groups) {
  auto pair = [](Extent e) {
    return e.height == e.width ? std::to_string(e.height)
                               : std::to_string(e.height) + "x" + std::to_string(e.width);
  };
  return item_text(of.x) + " * " + std::to_string(window.kernel.height) + "x" +
         std::to_string(window.kernel.width) + "/" + pair(window.stride) + " -> " +
         item_text(of.y) + (groups > 1 ? " in " + std::to_string(groups) + " groups" : "");
}

std::string fully_connected_text(Layer const& of) {
  return std::to_string(of.weight.channels) + " -> " + std::to_string(of.weight.items);
}

void throw_never_run(std::string_view kernel, std::string_view step) {
  throw Error("kernel '" + std::string(kernel) + "' is never run: this training has no step '" +
              std::string(step) +
              "'. Either the model has none, or a kernel for several steps at once takes their " +
              "place; see the program that the benchmark's 'plan --program' prints");
}

namespace detail {

constexpr std::size_t shape_width = 36;

inline std::string left(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

inline std::string right(std::string const& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 1, ' ') + text;
}

/// A kernel's column is as wide as its name.
inline std::size_t width_of(std::string const& kernel) {
  return std::max<std::size_t>(9, kernel.size() + 2);
}

inline std::string cells(KernelComparison const& table, std::array<std::string, 7> const& cell) {
  std::string line = left(cell[0], shape_width) + right(cell[1], 5) +
                     right(cell[2], width_of(table.kernel)) +
                     right(cell[3], width_of(table.standard)) + right(cell[4], 7) +
                     right(cell[5], 9) + right(cell[6], 7);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

inline std::string scientific(double value) {
  if (!std::isfinite(value)) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1e", value);
  return text.data();
}

inline std::string images(Count count) {
  return std::to_string(count) + (count == 1 ? " image" : " images");
}

}  // namespace detail

std::string head(KernelComparison const& table) {
  Measurement const& m = table.measurement;
  return table.step + ": " + table.kernel + " beside " + table.standard + ", " +
         std::string(table.unit) + "; a ratio above 1: " + table.kernel + " is faster\n" +
         "timed with " + detail::images(m.batch) +
         ", each kernel in its layouts; medians of runs that took turns\n" + "checked with " +
         detail::images(m.check_batch) + " against the reference in double, with " +
         std::to_string(m.batch) + " against " + table.standard + ";\nan error above " +
         detail::scientific(table.tolerance) + " of the largest element is WRONG\n\n" +
         detail::cells(table,
                       {"one image", "times", table.kernel, table.standard, "ratio", "error", ""});
}

std::string line(KernelComparison const& table, KernelRow const& row) {
  auto rate = [&](double seconds) { return reports::fixed(row.work.amount / seconds / 1e9, 1); };
  std::string const text = detail::cells(
      table, {row.shape, std::to_string(row.times), rate(row.seconds), rate(row.standard_seconds),
              reports::fixed(row.standard_seconds / row.seconds, 2),
              detail::scientific(row.check.error), row.check.passed() ? "ok" : "WRONG"});
  return row.check.passed() ? text : text + "    " + row.check.fault + "\n";
}

std::string sum(KernelComparison const& table) {
  auto const wrong =
      std::ranges::count_if(table.rows, [](auto const& row) { return !row.check.passed(); });
  if (wrong > 0)
    return "\nWRONG on " + std::to_string(wrong) + " of " + std::to_string(table.rows.size()) +
           " shapes\n";
  double mine = 0, standard = 0, amount = 0;
  Count times = 0;
  for (KernelRow const& row : table.rows) {
    double const count = static_cast<double>(row.times);
    times += row.times;
    mine += count * row.seconds;
    standard += count * row.standard_seconds;
    amount += count * row.work.amount;
  }
  auto milliseconds = [](double seconds) { return reports::fixed(seconds * 1e3, 1) + " ms"; };
  return detail::cells(table, {"all of these in one training step", std::to_string(times),
                               reports::fixed(amount / mine / 1e9, 1),
                               reports::fixed(amount / standard / 1e9, 1),
                               reports::fixed(standard / mine, 2), "", ""}) +
         "they take " + milliseconds(mine) + " with " + table.kernel + ", " +
         milliseconds(standard) + " with " + table.standard + "\n";
}

std::string describe(KernelComparison const& table) {
  std::string text = head(table);
  for (KernelRow const& row : table.rows) text += line(table, row);
  return text + sum(table);
}

std::string describe(WholeSteps const& steps) {
  auto row = [](WholeStep const& step, std::string const& but) {
    return detail::right(reports::fixed(step.seconds * 1e3, 1), 10) +
           detail::right(std::to_string(step.reorders), 10) +
           detail::right(reports::fixed(step.loss, 5), 10) + "  " + but + step.kernels + "\n";
  };
  double const mine = steps.mine.seconds, standard = steps.standard.seconds;
  return "a whole training step of " + detail::images(steps.batch) + ", medians of " +
         std::to_string(steps.pairs) + " that took turns\n\n" + detail::right("ms", 10) +
         detail::right("reorders", 10) + detail::right("loss", 10) + "  kernels\n" +
         row(steps.standard, "") + row(steps.mine, steps.standard.kernels + ", but ") +
         "change: " + (mine < standard ? "" : "+") + reports::fixed((mine - standard) * 1e3, 1) +
         " ms a step, " + reports::fixed(mine / standard, 3) + " times as long\n";
}

std::string describe(StepSeconds const& seconds) {
  double const runs = static_cast<double>(seconds.runs);
  auto row = [&](std::string_view what, double part) {
    return detail::left(std::string(what), detail::shape_width) +
           detail::right(reports::fixed(part / runs * 1e3, 2), 10) +
           detail::right(reports::fixed(part / seconds.whole * 100, 1), 8) + "\n";
  };
  std::string text =
      detail::left("one step, mean of " + std::to_string(seconds.runs), detail::shape_width) +
      detail::right("ms", 10) + detail::right("%", 8) + "\n";
  for (std::size_t kind = 0; kind < step_kind_names.size(); ++kind)
    if (seconds.of_kind[kind] > 0) text += row(step_kind_names[kind], seconds.of_kind[kind]);
  return text + row("outside of the program's steps", seconds.outside()) +
         row("all", seconds.whole);
}

}  // namespace ai500::workbench
