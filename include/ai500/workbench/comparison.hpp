// SPDX-License-Identifier: Apache-2.0
/// @file One kernel checked, and timed beside another, on everything that a program asks of it.
#pragma once

#include <algorithm>
#include <exception>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <ai500/graph/program.hpp>
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
struct KernelComparison {
  std::string step;      ///< "convolution"
  std::string kernel;    ///< the one that is checked
  std::string standard;  ///< the one it is timed beside
  std::string_view unit;
  Measurement measurement;
  double tolerance = tolerance_of(NumberType::float32);  ///< of the largest element
  std::vector<KernelRow> rows{};

  /// Every row passed.
  bool right() const {
    return std::ranges::all_of(rows, [](KernelRow const& row) { return row.check.passed(); });
  }
};

/// @throws Error: a kernel's step is not in the program, because another kernel computes it
/// together with its neighbours, or because the model has none
[[noreturn]] void throw_never_run(std::string_view kernel, std::string_view step);

/// Checks a kernel on a step with a few images; if it is right, times it with all of them beside a
/// standard one on the same numbers, and compares their results. Each kernel has its values in the
/// layouts it likes best: reorders that its use would need in a program are not in its time, those
/// of weights are. What the kernel throws is a fault of the row.
template <class Kernel, class Standard, PrecisionPolicy Precision = precision::Fp32,
          DevicePolicy Device = devices::Host>
KernelRow compare_kernels(Device& device, DistinctStep<typename Kernel::operation> const& step,
                          Measurement const& measurement) {
  using Compute = typename Precision::compute;
  auto const& [what, shapes, times, roles] = step;
  // To wait for another device takes as long as a small kernel: it is given several at once.
  constexpr int runs = ReachedByHost<Device> ? 1 : 20;
  KernelRow row{.shape = shape_text(what, shapes),
                .times = times,
                .work = work(what, shapes, size_in_bytes(number_type<Compute>))};
  StepValues const reads = random_reads(shapes);
  KernelRun<Standard, Precision, Device> standard(device, what, shapes, reads, roles);
  try {
    row.check = check_kernel<Kernel, Precision>(
        device, what, with_batch(what, shapes, measurement.check_batch), roles);
    if (!row.check.passed()) return row;
    KernelRun<Kernel, Precision, Device> mine(device, what, shapes, reads, roles);
    PairedSeconds const time = time_in_pairs([&] { mine.run(runs); }, [&] { standard.run(runs); },
                                             measurement.kernel_effort);
    // Each is within the tolerance of what is right.
    Check const again =
        compare(mine.results(), standard.results(), 2 * tolerance_of(number_type<Compute>));
    if (again.error > row.check.error || !again.passed()) row.check = again;
    row.seconds = time.first / runs;
    row.standard_seconds = time.second / runs;
  } catch (std::exception const& error) {
    row.check = {.error = std::numeric_limits<double>::quiet_NaN(), .fault = error.what()};
  }
  return row;
}

/// The kernel on every distinct step of its kind in a program.
/// @param program of `measurement.batch` images
/// @param watch called with the table so far, before the first row and after each
/// @throws Error when the program has no such step: the kernel is never run
template <class Kernel, class Standard, PrecisionPolicy Precision = precision::Fp32,
          DevicePolicy Device = devices::Host>
KernelComparison compare_on_program(Device& device, Program const& program,
                                    Measurement const& measurement,
                                    std::function<void(KernelComparison const&)> const& watch) {
  auto const steps = distinct_steps<typename Kernel::operation>(program);
  if (steps.empty()) throw_never_run(Kernel::name, Kernel::operation::name);
  KernelComparison table{.step = std::string(Kernel::operation::name),
                         .kernel = std::string(Kernel::name),
                         .standard = std::string(Standard::name),
                         .unit = work(steps[0].what, steps[0].shapes).unit,
                         .measurement = measurement,
                         .tolerance = tolerance_of(number_type<typename Precision::compute>)};
  watch(table);
  for (auto const& step : steps) {
    if (static_cast<Count>(table.rows.size()) == measurement.rows) break;
    table.rows.push_back(compare_kernels<Kernel, Standard, Precision>(device, step, measurement));
    watch(table);
  }
  return table;
}

}  // namespace ai500::workbench
