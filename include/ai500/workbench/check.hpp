// SPDX-License-Identifier: Apache-2.0
/// @file Whether a kernel computes what the reference does.
#pragma once

#include <string>

#include <ai500/kernels/reference.hpp>
#include <ai500/workbench/kernel_run.hpp>

namespace ai500::workbench {

/// How far a right result in float may be from the reference, for the largest element: room for
/// another order of the sums and for Winograd's transforms, none for products of 16-bit numbers.
inline constexpr double tolerance = 1e-4;

/// What is known about a kernel's results.
struct Check {
  double error = 0;     ///< the largest difference over the largest element
  std::string fault{};  ///< what is wrong, in words; empty: nothing

  bool passed() const { return fault.empty(); }
};

/// max |actual - expected| / max |expected| of each value, the largest of them. A fault: it is
/// above `tolerance`, or an element is not finite or was not written.
Check compare(StepValues const& actual, StepValues const& expected);

/// Runs a kernel twice on random numbers and compares its results with those that the reference
/// computes from them in double. A fault, too: other bits in the second run, or writes behind a
/// value.
/// @param shapes of a small batch, but of more than one image: the reference is slow
/// @throws Error naming the kernel and the step, when it cannot be prepared
template <class Kernel>
Check check_kernel(devices::Host& device, typename Kernel::operation const& what,
                   Shapes const& shapes) {
  using Oracle = kernels::Reference::for_operation<typename Kernel::operation>;
  StepValues const reads = random_reads(shapes);
  KernelRun<Oracle, double> reference(device, what, shapes, reads);
  reference.run();

  KernelRun<Kernel> mine(device, what, shapes, reads);
  mine.run();
  StepValues const results = mine.results();
  Check check = compare(results, reference.results());
  mine.run();
  if (check.passed() && results != mine.results()) check.fault = "other bits when it is run again";
  if (!mine.keeps_margins()) check.fault = "writes behind a value";
  return check;
}

}  // namespace ai500::workbench
