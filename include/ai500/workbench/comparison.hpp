// SPDX-License-Identifier: Apache-2.0
/// @file One kernel checked, and timed beside another, on everything that a model asks of it.
#pragma once

#include <algorithm>
#include <exception>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <ai500/graph/lower.hpp>
#include <ai500/workbench/check.hpp>
#include <ai500/workbench/distinct_steps.hpp>
#include <ai500/workbench/pairs.hpp>

namespace ai500::workbench {

/// How much is measured.
struct Measurement {
  Count batch = 8;                                 ///< images that kernels and steps are timed with
  Count check_batch = 2;                           ///< images that a kernel is checked with
  Count rows = std::numeric_limits<Count>::max();  ///< distinct steps at most
  Effort kernel_effort{};
  Effort step_effort{.pairs = 5, .seconds = 0};
};

/// A kernel on one distinct step.
struct KernelRow {
  std::string shape;
  Count times = 0;  ///< a training step runs it
  Work work{};
  double seconds = std::numeric_limits<double>::quiet_NaN();  ///< not timed when it is wrong
  double standard_seconds = std::numeric_limits<double>::quiet_NaN();
  Check check{};
};

/// What a table of rows is about.
struct KernelTable {
  std::string step;      ///< "convolution"
  std::string kernel;    ///< the one that is checked
  std::string standard;  ///< the one it is timed beside
  std::string_view unit;
  Measurement measurement;
  std::vector<KernelRow> rows{};

  /// Every row passed.
  bool right() const {
    return std::ranges::all_of(rows, [](KernelRow const& row) { return row.check.passed(); });
  }
};

/// Checks a kernel on a step with `checked`'s shapes; if it is right, times it with `timed`'s
/// beside a standard one on the same numbers, and compares their results. Each kernel has its
/// values in the layouts it likes best: reorders that its use would need in a program are not in
/// its time, those of weights are. What the kernel throws is a fault of the row.
template <class Kernel, class Standard>
KernelRow compare_kernels(devices::Host& device,
                          DistinctStep<typename Kernel::operation> const& timed,
                          DistinctStep<typename Kernel::operation> const& checked, Effort effort) {
  KernelRow row{.shape = shape_text(timed.what, timed.shapes),
                .times = timed.times,
                .work = work(timed.what, timed.shapes)};
  StepValues const reads = random_reads(timed.shapes);
  KernelRun<Standard> standard(device, timed.what, timed.shapes, reads);
  try {
    row.check = check_kernel<Kernel>(device, checked.what, checked.shapes);
    if (!row.check.passed()) return row;
    KernelRun<Kernel> mine(device, timed.what, timed.shapes, reads);
    PairedSeconds const time = time_in_pairs([&] { mine.run(); }, [&] { standard.run(); }, effort);
    Check const again = compare(mine.results(), standard.results());
    if (again.error > row.check.error) row.check = again;
    row.seconds = time.first;
    row.standard_seconds = time.second;
  } catch (std::exception const& error) {
    row.check = {.error = std::numeric_limits<double>::quiet_NaN(), .fault = error.what()};
  }
  return row;
}

/// The kernel on every distinct step of its kind that training the model has.
/// @param graph a model that ends in a loss
/// @param watch called with the table so far, before the first row and after each
template <class Kernel, class Standard>
KernelTable compare_on_model(devices::Host& device, Graph const& graph,
                             Measurement const& measurement,
                             std::function<void(KernelTable const&)> const& watch) {
  using Operation = typename Kernel::operation;
  Count const batch = measurement.batch, few = measurement.check_batch;
  // The same program but for the items: the steps stand in the same order.
  auto const timed = distinct_steps<Operation>(lower_training(graph, batch, batch));
  auto const checked = distinct_steps<Operation>(lower_training(graph, few, few));
  KernelTable table{.step = std::string(Operation::name),
                    .kernel = std::string(Kernel::name),
                    .standard = std::string(Standard::name),
                    .unit = "",
                    .measurement = measurement};
  if (!timed.empty()) table.unit = work(timed[0].what, timed[0].shapes).unit;
  watch(table);
  for (std::size_t i = 0; i < timed.size() && static_cast<Count>(i) < measurement.rows; ++i) {
    table.rows.push_back(
        compare_kernels<Kernel, Standard>(device, timed[i], checked[i], measurement.kernel_effort));
    watch(table);
  }
  return table;
}

}  // namespace ai500::workbench
