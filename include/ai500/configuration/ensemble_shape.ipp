// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of ensemble_shape.hpp.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <ai500/configuration/ensemble_shape.hpp>

namespace ai500 {

std::vector<EnsembleShape> valid_shapes(int scale) {
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

std::string shape_message(std::string const& values, int scale) {
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

EnsembleShape ensemble_shape(std::optional<int> jobs, std::optional<int> degree, int scale,
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

EnsembleShape member_shape(int job, std::optional<int> jobs, std::optional<int> degree, int scale) {
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

EnsembleShape shape_of(Configuration const& configuration, int scale, int accelerators_a_node) {
  if (configuration.job)
    return member_shape(*configuration.job, configuration.jobs, configuration.degree, scale);
  return ensemble_shape(configuration.jobs, configuration.degree, scale, accelerators_a_node);
}

}  // namespace ai500
