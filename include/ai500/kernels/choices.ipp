// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of choices.hpp.
#pragma once

#include <algorithm>
#include <variant>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/graph/describe.hpp>
#include <ai500/graph/layout.hpp>
#include <ai500/kernels/choices.hpp>

namespace ai500 {

namespace detail {

inline constexpr std::string_view choices_title = "ai500 choices of ways, form 1";
inline constexpr std::string_view choices_made_with = "made with: ";
inline constexpr std::string_view choices_assign = " = ";

/// The next line of `rest`, which loses it.
inline std::string_view take_line(std::string_view& rest) {
  std::size_t const end = std::min(rest.find('\n'), rest.size());
  std::string_view const line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

}  // namespace detail

std::string step_text(StepOperation const& what, Shapes const& shapes, Types types) {
  std::string words = describe(what);
  std::visit(
      [&](auto const& one) {
        if constexpr (requires { one.window; }) words += " " + text(one.window);
        if constexpr (requires { one.groups; })
          if (one.groups != 1) words += " in " + std::to_string(one.groups) + " groups";
      },
      what);
  auto list = [](std::vector<Shape> const& values, auto const& layout_of) {
    std::string all;
    for (std::size_t i = 0; i < values.size(); ++i) {
      all += (i == 0 ? " " : ", ") + text(values[i]);
      if (layout_of(i) != Layout::plain) all += " " + std::string(name(layout_of(i)));
    }
    return all;
  };
  return words + ", reads" +
         list(shapes.reads, [&](std::size_t i) { return shapes.layouts.read(i); }) + "; writes" +
         list(shapes.writes, [&](std::size_t i) { return shapes.layouts.write(i); }) + "; " +
         std::string(name(types.compute)) + " and " + std::string(name(types.accumulate)) +
         (types.math == Math::exact ? "" : ", " + std::string(name(types.math)));
}

std::string text(Choices const& choices) {
  std::string lines = std::string(detail::choices_title) + "\n" +
                      std::string(detail::choices_made_with) + choices.made_with + "\n";
  for (auto const& [step, way] : choices.ways)
    lines += step + std::string(detail::choices_assign) + way + "\n";
  return lines;
}

Choices parse_choices(std::string_view text, std::string const& source) {
  int line_number = 0;
  auto fail = [&](std::string const& why) {
    throw UsageError(source + ":" + std::to_string(line_number) + ": " + why +
                     "; --autotune makes the file when it is not there");
  };
  auto next = [&] {
    ++line_number;
    return detail::take_line(text);
  };
  if (next() != detail::choices_title) fail("must be '" + std::string(detail::choices_title) + "'");
  std::string_view const with = next();
  if (!with.starts_with(detail::choices_made_with))
    fail("must begin '" + std::string(detail::choices_made_with) + "'");
  Choices choices{std::string(with.substr(detail::choices_made_with.size())), {}};
  while (!text.empty()) {
    std::string_view const line = next();
    std::size_t const middle = line.rfind(detail::choices_assign);
    std::size_t const way = middle + detail::choices_assign.size();
    if (middle == std::string_view::npos || middle == 0 || way >= line.size())
      fail("must be 'STEP = WAY'");
    bool const is_new = choices.ways.emplace(line.substr(0, middle), line.substr(way)).second;
    if (!is_new) fail("is the second choice for this step");
  }
  return choices;
}

std::size_t fastest(std::span<double const> seconds, double margin) {
  std::size_t const best =
      static_cast<std::size_t>(std::ranges::min_element(seconds) - seconds.begin());
  return seconds[best] < (1 - margin) * seconds[0] ? best : 0;
}

}  // namespace ai500
