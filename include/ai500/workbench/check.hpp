// SPDX-License-Identifier: Apache-2.0
/// @file Whether a kernel computes what the reference does.
#pragma once

#include <string>

#include <ai500/kernels/reference.hpp>
#include <ai500/precision/fp64.hpp>
#include <ai500/workbench/kernel_run.hpp>

namespace ai500::workbench {

/// How far a right result may be from the reference, for the largest element. In float: room for
/// another order of the sums and for Winograd's transforms, none for products of 16-bit numbers. In
/// 16 bits: twice the rounding of a result, and of sums in float of exact products.
constexpr double tolerance_of(NumberType compute) {
  switch (compute) {
    case NumberType::float16:
      return 0x1p-10;
    case NumberType::bfloat16:
      return 0x1p-7;
    default:
      return 1e-4;
  }
}

/// What is known about a kernel's results.
struct Check {
  double error = 0;     ///< the largest difference over the largest element
  std::string fault{};  ///< what is wrong, in words; empty: nothing

  bool passed() const { return fault.empty(); }
};

/// max |actual - expected| / max |expected| of each value, the largest of them. A fault: it is
/// above the tolerance, or an element is not finite or was not written.
Check compare(StepValues const& actual, StepValues const& expected,
              double tolerance = tolerance_of(NumberType::float32));

/// Runs a kernel twice on random numbers and compares its results with those that the reference
/// computes from them in double. A fault, too: other bits in the second run, or writes behind a
/// value.
/// @param shapes of a small batch, but of more than one image: the reference is slow
/// @throws Error naming the kernel and the step, when it cannot be prepared
template <class Kernel, PrecisionPolicy Precision = precision::Fp32,
          DevicePolicy Device = devices::Host>
Check check_kernel(Device& device, typename Kernel::operation const& what, Shapes const& shapes,
                   StepRoles const& roles = {}) {
  using Oracle = kernels::Reference::for_operation<typename Kernel::operation>;
  using Compute = typename Precision::compute;
  StepValues reads = random_reads(shapes);
  // Both compute from the same numbers: those that the kernel can be given.
  for (std::size_t i = 0; i < reads.size(); ++i)
    if (roles.read(i) == NumberRole::compute)
      for (float& number : reads[i]) number = static_cast<float>(static_cast<Compute>(number));
  devices::Host host;
  KernelRun<Oracle, precision::Fp64> reference(host, what, shapes, reads);
  reference.run();

  KernelRun<Kernel, Precision, Device> mine(device, what, shapes, reads, roles);
  mine.run();
  StepValues const results = mine.results();
  Check check = compare(results, reference.results(), tolerance_of(number_type<Compute>));
  mine.run();
  if (check.passed() && results != mine.results()) check.fault = "other bits when it is run again";
  if (!mine.keeps_margins()) check.fault = "writes behind a value";
  return check;
}

}  // namespace ai500::workbench
