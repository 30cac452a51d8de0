// SPDX-License-Identifier: Apache-2.0
/// @file From a step of a program to its prepared kernel.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include <ai500/core/error.hpp>
#include <ai500/graph/program.hpp>
#include <ai500/kernels/policy.hpp>

namespace ai500 {

/// The shapes and layouts of what a step reads and writes.
inline Shapes shapes_of(Program const& program, Step const& step) {
  Shapes shapes;
  for (ValueIndex value : step.reads) shapes.reads.push_back(program.value(value).shape);
  for (ValueIndex value : step.writes) shapes.writes.push_back(program.value(value).shape);
  shapes.layouts = step.layouts;
  shapes.way = step.way;
  return shapes;
}

namespace detail {
[[noreturn]] inline void throw_cannot_prepare(std::string_view kernel, std::string_view step,
                                              Shapes const& shapes, std::string_view why) {
  throw Error("kernel '" + std::string(kernel) + "' cannot prepare the step '" + std::string(step) +
              "' (" + text(shapes) + "): " + std::string(why));
}
}  // namespace detail

/// What the kernel prepares for a step.
/// @throws Error naming the kernel, the step and its shapes, with what the kernel itself threw
template <class Kernel, class Device>
[[gnu::cold]] typename Kernel::Prepared prepare_kernel(Device& device,
                                                       typename Kernel::operation const& what,
                                                       Shapes const& shapes, Types types) {
  try {
    return Kernel::prepare(device, what, shapes, types);
  } catch (std::exception const& error) {
    detail::throw_cannot_prepare(Kernel::name, Kernel::operation::name, shapes, error.what());
  }
}

}  // namespace ai500
