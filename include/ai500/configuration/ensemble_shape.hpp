// SPDX-License-Identifier: Apache-2.0
/// @file Eq. (5), Sys_scale = M x P_degree: how many base models, and how many ranks for each of
/// them.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <ai500/configuration/checks.hpp>
#include <ai500/configuration/configuration.hpp>
#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// The shape of an ensemble: M base models that are trained by P_degree ranks each. One rank drives
/// one accelerator.
struct EnsembleShape {
  int ensemble_size = 1;       ///< M, base models; one job trains one of them
  int parallelism_degree = 1;  ///< P_degree, ranks of one base model

  /// Sys_scale of Eq. (5): the ranks that train all base models at once.
  constexpr int scale() const { return ensemble_size * parallelism_degree; }

  friend constexpr bool operator==(EnsembleShape const&, EnsembleShape const&) = default;
};

/// All shapes that satisfy Eq. (5) on `scale` ranks, by ascending M; none for a scale below 1.
inline std::vector<EnsembleShape> valid_shapes(int scale) {
  std::vector<EnsembleShape> shapes;
  for (int divisor = 1; divisor <= scale / divisor; ++divisor)
    if (scale % divisor == 0) shapes.push_back({divisor, scale / divisor});
  // Mirrored, the divisors up to the square root give the others; the root itself is there already.
  for (std::size_t mirrored = shapes.size(); mirrored-- > 0;) {
    EnsembleShape const shape = shapes[mirrored];
    if (shape.ensemble_size != shape.parallelism_degree)
      shapes.push_back({shape.parallelism_degree, shape.ensemble_size});
  }
  return shapes;
}

/// The message of a pair that violates Eq. (5): the equation, `values` as the user gave them, and
/// every valid pair.
inline std::string shape_message(std::string const& values, int scale) {
  std::string message =
      "Eq. (5), Sys_scale = M x P_degree, fails: Sys_scale = " + std::to_string(scale) +
      " ranks, " + values + "; valid M x P_degree:";
  char const* separator = " ";
  for (EnsembleShape const& shape : valid_shapes(scale)) {
    message += separator + std::to_string(shape.ensemble_size) + " x " +
               std::to_string(shape.parallelism_degree);
    separator = ", ";
  }
  return message;
}

/// The shape of an ensemble that is trained by `scale` ranks at once (section 3.3, step 2).
///
/// @param jobs M, and `degree` P_degree: both given are checked, one given derives the other; with
/// neither P_degree is
///        `accelerators_a_node` (Table 2's default) and M = Sys_scale / P_degree.
/// @param scale Sys_scale, the ranks of the run (= accelerators).
/// @param accelerators_a_node Node_acc; 1 on machines without accelerators, where one rank trains
/// one base model.
/// @throws UsageError naming Eq. (5), the values and all valid pairs, if the pair does not fit or
/// is not positive.
inline EnsembleShape ensemble_shape(std::optional<int> jobs, std::optional<int> degree, int scale,
                                    int accelerators_a_node) {
  if (scale < 1)
    throw UsageError("Eq. (5), Sys_scale = M x P_degree: Sys_scale = " + std::to_string(scale) +
                     " ranks; at least 1 is needed");
  bool const is_default = !jobs && !degree;
  if (is_default) degree = accelerators_a_node;
  bool const positive = jobs.value_or(1) > 0 && degree.value_or(1) > 0;
  // A Count, because the product of two valid ints may not be one.
  Count const asked = Count{jobs.value_or(1)} * degree.value_or(1);
  if (positive && (jobs && degree ? asked == scale : scale % asked == 0))
    return {jobs.value_or(scale / degree.value_or(1)), degree.value_or(scale / jobs.value_or(1))};

  std::string values;
  if (jobs) values += "M = " + std::to_string(*jobs) + " (--jobs)";
  if (jobs && degree) values += ", ";
  if (degree)
    values += "P_degree = " + std::to_string(*degree) +
              (is_default ? " (accelerators a node; give --jobs or --degree)" : " (--degree)");
  throw UsageError(shape_message(values, scale));
}

/// The shape of an ensemble of which this run trains only member `job`, with all its ranks: `scale`
/// is P_degree, and M says how many members there are, in runs of their own. `EnsembleShape::scale`
/// is then Sys_scale of all of them.
///
/// @param job the member, 0 to M - 1; `jobs` M, which must be given.
/// @param degree P_degree; if given, must be `scale`.
/// @throws UsageError naming the option, its value and what would be right.
inline EnsembleShape member_shape(int job, std::optional<int> jobs, std::optional<int> degree,
                                  int scale) {
  Configuration asked;
  asked.job = job;
  asked.jobs = jobs;
  asked.degree = degree;
  check(asked);
  if (scale < 1)
    throw UsageError("--job " + std::to_string(job) + ": at least 1 rank must train it, not " +
                     std::to_string(scale));
  if (degree.value_or(scale) != scale)
    throw UsageError("--degree " + std::to_string(*degree) + ": must be " + std::to_string(scale) +
                     ", because with --job " + std::to_string(job) + " all the " +
                     std::to_string(scale) + " ranks of this run train one base model");
  if (*jobs > std::numeric_limits<int>::max() / scale)
    throw UsageError("--jobs " + std::to_string(*jobs) + ": must be at most " +
                     std::to_string(std::numeric_limits<int>::max() / scale) + " with P_degree = " +
                     std::to_string(scale) + ", so that Sys_scale of Eq. (5) is an int");
  return {*jobs, scale};
}

/// The shape of what a configuration asks of `scale` ranks: `member_shape` with `--job`, else
/// `ensemble_shape`.
///
/// @throws UsageError as those do.
inline EnsembleShape shape_of(Configuration const& configuration, int scale,
                              int accelerators_a_node) {
  if (configuration.job)
    return member_shape(*configuration.job, configuration.jobs, configuration.degree, scale);
  return ensemble_shape(configuration.jobs, configuration.degree, scale, accelerators_a_node);
}

}  // namespace ai500
