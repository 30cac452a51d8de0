// SPDX-License-Identifier: Apache-2.0
/// @file Which different things a kernel is asked to do when a model is trained.
#pragma once

#include <algorithm>
#include <variant>
#include <vector>

#include <ai500/graph/program.hpp>
#include <ai500/kernels/prepare.hpp>

namespace ai500::workbench {

/// A step as its kernel sees it, and how often a program runs it.
template <class Operation>
struct DistinctStep {
  Operation what;
  Shapes shapes;
  Count times = 0;
};

/// The different (operation, shapes) among a program's steps of one kind, in the order of their
/// first use; layouts are left out. The 53 forward convolutions of ResNet-50 v1.5 are 23. Pure.
template <class Operation>
std::vector<DistinctStep<Operation>> distinct_steps(Program const& program) {
  std::vector<DistinctStep<Operation>> found;
  for (Step const& step : program.steps) {
    auto const* what = std::get_if<Operation>(&step.what);
    if (what == nullptr) continue;
    Shapes shapes = shapes_of(program, step);
    shapes.layouts = {};
    auto const known = std::ranges::find_if(found, [&](DistinctStep<Operation> const& one) {
      return one.what == *what && one.shapes == shapes;
    });
    if (known == found.end())
      found.push_back({*what, shapes, 1});
    else
      ++known->times;
  }
  return found;
}

}  // namespace ai500::workbench
