// SPDX-License-Identifier: Apache-2.0
/// @file Which different things a kernel is asked to do when a model is trained.
#pragma once

#include <algorithm>
#include <cstddef>
#include <variant>
#include <vector>

#include <ai500/graph/memory_plan.hpp>
#include <ai500/graph/program.hpp>
#include <ai500/kernels/prepare.hpp>

namespace ai500::workbench {

/// Which of the precision's numbers a step's values are.
struct StepRoles {
  std::vector<NumberRole> reads{};
  std::vector<NumberRole> writes{};

  NumberRole read(std::size_t i) const { return i < reads.size() ? reads[i] : NumberRole{}; }
  NumberRole write(std::size_t i) const { return i < writes.size() ? writes[i] : NumberRole{}; }
};

/// A step as its kernel sees it, and how often a program runs it.
template <class Operation>
struct DistinctStep {
  Operation what;
  Shapes shapes;
  Count times = 0;
  StepRoles roles{};
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
    if (known != found.end()) {
      ++known->times;
      continue;
    }
    found.push_back({*what, shapes, 1});
    StepRoles& roles = found.back().roles;
    for (ValueIndex value : step.reads) roles.reads.push_back(program.value(value).number);
    for (ValueIndex value : step.writes) roles.writes.push_back(program.value(value).number);
  }
  return found;
}

/// What a step cannot avoid to read and write, in bytes: each of its values once.
template <class Operation>
double compulsory_bytes(DistinctStep<Operation> const& step, NumberSizes sizes) {
  double bytes = 0;
  auto const add = [&](Shape const& shape, NumberRole role) {
    bytes += static_cast<double>(shape.elements()) * static_cast<double>(sizes.of(role));
  };
  for (std::size_t i = 0; i < step.shapes.reads.size(); ++i)
    add(step.shapes.reads[i], step.roles.read(i));
  for (std::size_t i = 0; i < step.shapes.writes.size(); ++i)
    add(step.shapes.writes[i], step.roles.write(i));
  return bytes;
}

}  // namespace ai500::workbench
