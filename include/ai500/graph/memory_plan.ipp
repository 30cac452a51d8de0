// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of memory_plan.hpp.
#pragma once

#include <algorithm>
#include <numeric>

#include <ai500/graph/memory_plan.hpp>

namespace ai500 {

std::vector<Lifetime> lifetimes(Program const& program) {
  std::vector<Lifetime> life(program.values.size());
  int const end = static_cast<int>(program.steps.size());
  auto use = [&](ValueIndex value, int step) {
    Lifetime& one = life[static_cast<std::size_t>(program.place(value).whole)];
    if (!one.used())
      one = {step, step};
    else
      one = {std::min(one.first, step), std::max(one.last, step)};
  };
  for (int step = 0; step < end; ++step) {
    for (ValueIndex value : program.steps[static_cast<std::size_t>(step)].writes) use(value, step);
    for (ValueIndex value : program.steps[static_cast<std::size_t>(step)].reads) use(value, step);
  }
  for (std::size_t i = 0; i < program.values.size(); ++i) {
    if (program.values[i].slice_of != no_value) continue;
    if (program.values[i].residence == Residence::input) use(static_cast<ValueIndex>(i), -1);
    if (program.values[i].residence == Residence::output) use(static_cast<ValueIndex>(i), end);
  }
  return life;
}

MemoryPlan plan_memory(Program const& program, NumberSizes sizes, std::size_t alignment) {
  std::vector<Lifetime> const life = lifetimes(program);
  auto rounded = [&](std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; };

  std::vector<std::size_t> bytes(program.values.size(), 0);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    ProgramValue const& value = program.values[i];
    bool const placed =
        value.slice_of == no_value && value.residence != Residence::bound && life[i].used();
    if (placed)
      bytes[i] = rounded(static_cast<std::size_t>(value.shape.elements()) * sizes.of(value.number));
  }
  std::vector<std::size_t> order(bytes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return bytes[i] == 0; });
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return bytes[a] > bytes[b]; });

  MemoryPlan plan;
  plan.offsets.assign(bytes.size(), 0);
  std::vector<std::size_t> placed;  // in order of offset
  for (std::size_t i : order) {
    std::size_t offset = 0;
    for (std::size_t other : placed) {
      if (!life[i].overlaps(life[other])) continue;
      if (offset + bytes[i] <= plan.offsets[other]) break;
      offset = std::max(offset, plan.offsets[other] + bytes[other]);
    }
    plan.offsets[i] = offset;
    placed.insert(std::ranges::upper_bound(placed, offset, {},
                                           [&](std::size_t p) { return plan.offsets[p]; }),
                  i);
    plan.arena_bytes = std::max(plan.arena_bytes, offset + bytes[i]);
    plan.sum_bytes += bytes[i];
  }
  for (int step = -1; step <= static_cast<int>(program.steps.size()); ++step) {
    std::size_t alive = 0;
    for (std::size_t i : order)
      if (life[i].first <= step && step <= life[i].last) alive += bytes[i];
    plan.peak_bytes = std::max(plan.peak_bytes, alive);
  }
  return plan;
}

}  // namespace ai500
