// SPDX-License-Identifier: Apache-2.0
/// @file PARALLELISM CONTROLLER (section 3.3, step 2): maps jobs to ranks to nodes, and shows the
/// map. Defined in parallelism_controller.ipp.
#pragma once

#include <string>
#include <vector>

#include <ai500/configuration/ensemble_shape.hpp>
#include <ai500/parallelism/placement.hpp>

namespace ai500 {

/// Places an ensemble on the machine that is there.
///
/// @param host_of_rank the host's name of every rank of the run.
/// @throws UsageError naming Eq. (5) if there are not M x P_degree ranks.
Placement place(EnsembleShape shape, std::vector<std::string> const& host_of_rank);

/// Places member `job` alone on all the ranks of a run (`--job`); see `member_shape`.
///
/// @throws UsageError if there are not P_degree ranks, or no such job.
Placement place_member(EnsembleShape shape, int job, std::vector<std::string> const& host_of_rank);

/// Places an ensemble on a machine that need not be there: nodes "node0", "node1", ... of
/// `ranks_per_node` ranks, filled one after the other; the last may hold fewer.
///
/// @throws UsageError if `ranks_per_node` is not positive.
Placement place_on_equal_nodes(EnsembleShape shape, int ranks_per_node);

/// Names in a row, "n1", "n2", "n3", "n7", as "n1..n3, n7". Only names with consecutive numbers are
/// joined, so that no name is hidden.
std::string join_names(std::vector<std::string> const& names);

/// One row of text a job: its number, ranks and nodes, below a row of headings; columns are
/// aligned.
std::string job_table(Placement const& placement);

/// One line that names the jobs whose ranks are on several nodes; empty if there are none.
std::string crossing_jobs(Placement const& placement);

/// What `plan` prints: Eq. (5) with its values, then job -> ranks -> nodes, one line a job, then
/// which jobs cross nodes.
std::string describe(Placement const& placement);

}  // namespace ai500
