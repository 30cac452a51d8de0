// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of memory_plan.hpp.
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include <ai500/graph/layout.hpp>
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

std::vector<ValueIndex> taken_over(Program const& program, std::vector<Lifetime> const& life,
                                   NumberSizes sizes) {
  std::vector<ValueIndex> from(program.values.size(), no_value);
  auto is_own = [&](ValueIndex index) {
    ProgramValue const& value = program.value(index);
    return value.slice_of == no_value && value.residence != Residence::bound;
  };
  auto bytes = [&](ProgramValue const& value) {
    return static_cast<std::size_t>(value.shape.elements()) * sizes.of(value.number);
  };
  auto is_alike = [&](ProgramValue const& a, ProgramValue const& b) {
    return bytes(a) == bytes(b) && a.shape == b.shape && same_order(a.layout, b.layout, a.shape);
  };
  auto is_part_of = [&](ValueIndex whole) {
    return [&program, whole](ValueIndex value) { return program.place(value).whole == whole; };
  };
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    Step const& step = program.steps[i];
    int const now = static_cast<int>(i);
    std::vector<ValueIndex> given;
    for (InPlace const& one : step.in_place) {
      ValueIndex const read = step.reads[one.read], write = step.writes[one.write];
      bool const dies = life[static_cast<std::size_t>(read)].last == now;
      bool const begins = life[static_cast<std::size_t>(write)].first == now;
      bool const is_free = from[static_cast<std::size_t>(write)] == no_value &&
                           std::ranges::find(given, read) == given.end() &&
                           std::ranges::count_if(step.reads, is_part_of(read)) == 1;
      if (!is_own(read) || !is_own(write) || !dies || !begins || !is_free ||
          !is_alike(program.value(read), program.value(write)))
        continue;
      from[static_cast<std::size_t>(write)] = read;
      given.push_back(read);
    }
  }
  return from;
}

namespace detail {

/// Where values stand that are placed in an order, each as low as it fits beside those that are
/// alive with it.
inline std::vector<std::size_t> offsets_of(std::vector<std::size_t> const& order,
                                           std::vector<std::size_t> const& bytes,
                                           std::vector<Lifetime> const& life) {
  std::vector<std::size_t> offsets(bytes.size(), 0);
  std::vector<std::size_t> placed;  // in order of offset
  for (std::size_t i : order) {
    std::size_t offset = 0;
    for (std::size_t other : placed) {
      if (!life[i].overlaps(life[other])) continue;
      if (offset + bytes[i] <= offsets[other]) break;
      offset = std::max(offset, offsets[other] + bytes[other]);
    }
    offsets[i] = offset;
    placed.insert(
        std::ranges::upper_bound(placed, offset, {}, [&](std::size_t p) { return offsets[p]; }), i);
  }
  return offsets;
}

}  // namespace detail

MemoryPlan plan_memory(Program const& program, NumberSizes sizes, std::size_t alignment) {
  std::vector<Lifetime> life = lifetimes(program);
  MemoryPlan plan;
  plan.in_place_of = taken_over(program, life, sizes);
  // The value that a chain of takeovers begins with stands for the chain and lives as long.
  std::vector<std::size_t> head(program.values.size());
  for (std::size_t i = 0; i < head.size(); ++i) {
    head[i] = i;
    while (plan.in_place_of[head[i]] != no_value)
      head[i] = static_cast<std::size_t>(plan.in_place_of[head[i]]);
    life[head[i]].last = std::max(life[head[i]].last, life[i].last);
  }
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
  for (std::size_t one : bytes) plan.sum_bytes += one;
  std::erase_if(order, [&](std::size_t i) { return bytes[i] == 0 || head[i] != i; });
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return bytes[a] > bytes[b]; });

  for (int step = -1; step <= static_cast<int>(program.steps.size()); ++step) {
    std::size_t alive = 0;
    for (std::size_t i : order)
      if (life[i].first <= step && step <= life[i].last) alive += bytes[i];
    plan.peak_bytes = std::max(plan.peak_bytes, alive);
  }

  // The largest first. While more is needed than is alive at once, what ends last is placed before
  // all others, some times; the best is taken.
  constexpr int attempts = 32;
  for (int attempt = 0; attempt < attempts && plan.arena_bytes != plan.peak_bytes; ++attempt) {
    std::vector<std::size_t> offsets = detail::offsets_of(order, bytes, life);
    auto const last =
        std::ranges::max_element(order, {}, [&](std::size_t i) { return offsets[i] + bytes[i]; });
    std::size_t const end = offsets[*last] + bytes[*last];
    if (attempt == 0 || end < plan.arena_bytes) {
      plan.offsets = std::move(offsets);
      plan.arena_bytes = end;
    }
    std::rotate(order.begin(), last, last + 1);
  }
  plan.offsets.resize(bytes.size());
  for (std::size_t i = 0; i < head.size(); ++i) plan.offsets[i] = plan.offsets[head[i]];
  return plan;
}

}  // namespace ai500
