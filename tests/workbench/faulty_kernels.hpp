// SPDX-License-Identifier: Apache-2.0
/// @file Kernels that are right and kernels that are wrong, for any step.
#pragma once

#include <stdexcept>

#include <ai500/kernels/kernel_table.hpp>
#include <ai500/kernels/reference.hpp>

namespace ai500::testing {

/// The reference's kernel with a fault: `Fault::run(right, arguments, shapes)`.
template <class Right, class Fault>
struct Faulty {
  static constexpr std::string_view name = "faulty";
  using operation = typename Right::operation;

  struct Prepared {
    PreparedKernel right;
    Shapes shapes;
    void run(Arguments arguments) { Fault::run(right, arguments, shapes); }
  };
  static Prepared prepare(devices::Host& device, operation const& what, Shapes const& shapes,
                          Types types) {
    return {kernel_entry<Right, devices::Host>().prepare(&device, what, Fault::seen(shapes), types),
            shapes};
  }
};

struct NoFault {
  static Shapes seen(Shapes const& shapes) { return shapes; }
  static void run(PreparedKernel& right, Arguments arguments, Shapes const&) {
    right.run(arguments);
  }
};

/// One element of the result is a little off.
struct OneElementOff : NoFault {
  static void run(PreparedKernel& right, Arguments arguments, Shapes const& shapes) {
    right.run(arguments);
    arguments.write<float>(0)[shapes.writes[0].elements() / 2] += 0.05f;
  }
};

/// Only the first image of a batch is seen.
struct FirstImageOnly : NoFault {
  static Shapes seen(Shapes shapes) {
    for (Shape& read : shapes.reads) read.items = 1;
    return shapes;
  }
};

struct LastElementUnwritten : NoFault {
  static void run(PreparedKernel& right, Arguments arguments, Shapes const& shapes) {
    float& last = arguments.write<float>(0)[shapes.writes[0].elements() - 1];
    float const before = last;
    right.run(arguments);
    last = before;
  }
};

struct OneElementTooMany : NoFault {
  static void run(PreparedKernel& right, Arguments arguments, Shapes const& shapes) {
    right.run(arguments);
    arguments.write<float>(0)[shapes.writes[0].elements()] = 0;
  }
};

/// The last bit depends on how often the kernel has run.
struct OtherBitsAgain : NoFault {
  static void run(PreparedKernel& right, Arguments arguments, Shapes const& shapes) {
    float const before = arguments.write<float>(0)[0];
    right.run(arguments);
    if (before == before) arguments.write<float>(0)[0] *= 1 + 0x1p-22f;
    static_cast<void>(shapes);
  }
};

/// Prepares nothing.
template <class Right>
struct Refuses : Right {
  static constexpr std::string_view name = "refuses";
  static typename Right::Prepared prepare(devices::Host&, typename Right::operation const&,
                                          Shapes const&, Types) {
    throw std::runtime_error("out of registers");
  }
};

}  // namespace ai500::testing
