// SPDX-License-Identifier: Apache-2.0
/// @file Where each value of a program lives in one arena: values that are not alive at once share
/// memory. Defined in memory_plan.ipp.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include <ai500/graph/program.hpp>

namespace ai500 {

/// The bytes of one number, for each NumberRole.
struct NumberSizes {
  std::array<std::size_t, 3> bytes{4, 4, 4};

  constexpr std::size_t of(NumberRole role) const { return bytes[static_cast<std::size_t>(role)]; }
};

/// First and last step at which a value is needed; -1 is before the first step.
struct Lifetime {
  int first = 0;
  int last = -1;

  constexpr bool used() const { return last >= first; }
  constexpr bool overlaps(Lifetime const& other) const {
    return first <= other.last && other.first <= last;
  }
};

/// The arena's size and each value's place in it.
struct MemoryPlan {
  std::size_t arena_bytes = 0;
  std::vector<std::size_t> offsets;  ///< bytes from the arena's start; slices and bound values: 0
  std::vector<ValueIndex> in_place_of;  ///< whose place a value takes over; no_value: nobody's
  std::size_t sum_bytes = 0;            ///< what the values would take without sharing
  std::size_t peak_bytes = 0;  ///< the most that is alive at one step: no plan can be smaller
};

/// Each value's lifetime; a slice's use is a use of the whole.
std::vector<Lifetime> lifetimes(Program const& program);

/// Of each value, the one whose memory it takes over: an argument, as large and in the same order,
/// of the step that first writes it, dead behind that step. An argument is given to one result.
std::vector<ValueIndex> taken_over(Program const& program, std::vector<Lifetime> const& life,
                                   NumberSizes sizes);

/// Gives results the places of arguments that die in the same step, where the step's kernel allows
/// it (`Step::in_place`); then places the largest values first, each at the lowest offset that is
/// free during its whole life. On ResNet-50 this is within a few per cent of the peak, which no
/// plan can be below.
MemoryPlan plan_memory(Program const& program, NumberSizes sizes, std::size_t alignment = 64);

}  // namespace ai500
