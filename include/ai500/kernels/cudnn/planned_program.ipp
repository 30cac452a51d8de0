// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of planned_program.hpp.
#pragma once

#include <algorithm>
#include <iomanip>
#include <map>
#include <sstream>

#include <ai500/kernels/cudnn/planned_program.hpp>

namespace ai500::kernels::cudnn {

PlanSearch const& Planner::find(Pattern const& pattern) {
  auto const known =
      std::ranges::find_if(found_, [&](Found const& one) { return one.pattern == pattern; });
  if (known != found_.end()) return *known->search;
  found_.push_back({pattern, std::make_unique<PlanSearch>(find_plan(target_, pattern, options_))});
  return *found_.back().search;
}

std::vector<PlannedPlace> plan_program(Planner& planner, Program const& program,
                                       Arithmetic arithmetic) {
  using enum PlannedPlace::Outcome;
  std::vector<PlannedPlace> decided;
  for (Place& place : places(program, arithmetic)) {
    PlannedPlace one{.place = std::move(place)};
    Pattern pattern = one.place.pattern;
    one.fused = planner.find(pattern);
    if (one.fused) {
      one.outcome = planned;
    } else if (!is_plain(pattern.kind)) {
      pattern.kind = fallback(pattern.kind).plain;
      one.plain = planner.find(pattern);
      one.outcome = one.plain ? fall_back : nothing;
    }
    decided.push_back(std::move(one));
  }
  return decided;
}

std::size_t count(std::vector<PlannedPlace> const& places, PlannedPlace::Outcome outcome) {
  return static_cast<std::size_t>(
      std::ranges::count(places, outcome, [](PlannedPlace const& one) { return one.outcome; }));
}

namespace detail {

/// A line of the table.
struct PlaceCounts {
  int places = 0;
  int planned = 0;
  int fall_back = 0;
  int nothing = 0;
  std::int64_t workspace = 0;

  void add(PlannedPlace const& one) {
    ++places;
    planned += one.outcome == PlannedPlace::Outcome::planned ? 1 : 0;
    fall_back += one.outcome == PlannedPlace::Outcome::fall_back ? 1 : 0;
    nothing += one.outcome == PlannedPlace::Outcome::nothing ? 1 : 0;
    PlanSearch const& used = one.fused ? one.fused : one.plain;
    if (used) workspace = std::max(workspace, used.plans[0].workspace);
  }
};

inline std::string table_line(std::string_view name, PlaceCounts const& counts) {
  std::ostringstream text;
  text << std::left << std::setw(50) << name << std::right << std::setw(7) << counts.places
       << std::setw(9) << counts.planned << std::setw(11) << counts.fall_back << std::setw(9)
       << counts.nothing << std::setw(14) << counts.workspace / 1'000'000 << "\n";
  return text.str();
}

/// What a place without a plan for its pattern does instead, and why.
inline std::string explanation(PlannedPlace const& one) {
  PatternKind const kind = one.place.pattern.kind;
  std::string const name{cudnn::name(kind)};
  Fallback const instead = fallback(kind);
  if (one.outcome == PlannedPlace::Outcome::fall_back)
    return name + " -> " + std::string(cudnn::name(instead.plain)) + " and our own " +
           std::string(instead.own) + ", for " + one.fused.reason;
  return name + " -> nothing, for " + one.fused.reason;
}

}  // namespace detail

std::string describe(std::vector<PlannedPlace> const& places) {
  std::map<PatternKind, detail::PlaceCounts> kinds;
  std::map<std::string, int> explanations;
  detail::PlaceCounts sum;
  for (PlannedPlace const& one : places) {
    kinds[one.place.pattern.kind].add(one);
    sum.add(one);
    if (one.outcome != PlannedPlace::Outcome::planned) ++explanations[detail::explanation(one)];
  }
  std::ostringstream text;
  text << std::left << std::setw(50) << "pattern" << std::right
       << " places  planned  fall-back  nothing  workspace MB\n";
  for (auto const& [kind, counts] : kinds) text << detail::table_line(name(kind), counts);
  text << detail::table_line("all", sum);
  for (auto const& [explanation, times] : explanations)
    text << times << " x " << explanation << "\n";
  return text.str();
}

}  // namespace ai500::kernels::cudnn
