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
std::vector<EnsembleShape> valid_shapes(int scale);

/// The message of a pair that violates Eq. (5): the equation, `values` as the user gave them, and
/// every valid pair.
std::string shape_message(std::string const& values, int scale);

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
EnsembleShape ensemble_shape(std::optional<int> jobs, std::optional<int> degree, int scale,
                             int accelerators_a_node);

/// The shape of an ensemble of which this run trains only member `job`, with all its ranks: `scale`
/// is P_degree, and M says how many members there are, in runs of their own. `EnsembleShape::scale`
/// is then Sys_scale of all of them.
///
/// @param job the member, 0 to M - 1; `jobs` M, which must be given.
/// @param degree P_degree; if given, must be `scale`.
/// @throws UsageError naming the option, its value and what would be right.
EnsembleShape member_shape(int job, std::optional<int> jobs, std::optional<int> degree, int scale);

/// The shape of what a configuration asks of `scale` ranks: `member_shape` with `--job`, else
/// `ensemble_shape`.
///
/// @throws UsageError as those do.
EnsembleShape shape_of(Configuration const& configuration, int scale, int accelerators_a_node);

}  // namespace ai500
