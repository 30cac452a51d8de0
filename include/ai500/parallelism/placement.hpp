// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <ai500/configuration/ensemble_shape.hpp>

namespace ai500 {

/// Where an ensemble is trained: job -> ranks -> nodes (section 3.3, step 2). A job's ranks are
/// consecutive, so that they share nodes where the launcher places ranks node by node.
struct Placement {
  EnsembleShape shape;                  ///< M and P_degree
  std::vector<int> node_of_rank;        ///< for each rank of this run an index of node_names
  std::vector<std::string> node_names;  ///< in the order of their first rank
  int first_job = 0;  ///< the job of rank 0; not 0 where a run trains one member only

  /// The ranks of this run.
  int ranks() const { return static_cast<int>(node_of_rank.size()); }

  /// The jobs of this run: M, or 1 where it trains one member only.
  int jobs() const { return ranks() / shape.parallelism_degree; }

  /// The nodes of this run.
  int nodes() const { return static_cast<int>(node_names.size()); }

  /// The job that a rank works for, 0 to M - 1.
  int job_of(int rank) const { return first_job + rank / shape.parallelism_degree; }

  /// A rank's number in its job, 0 to P_degree - 1.
  int rank_in_job(int rank) const { return rank % shape.parallelism_degree; }

  /// The rank in this run of a job's rank 0; the job has it and the P_degree - 1 behind it.
  int first_rank(int job) const { return (job - first_job) * shape.parallelism_degree; }

  /// The nodes that hold a job's ranks, each once, as ascending indices of node_names.
  std::vector<int> nodes_of(int job) const {
    std::vector<int> nodes;
    for (int i = 0; i < shape.parallelism_degree; ++i) {
      int const node = node_of_rank[static_cast<std::size_t>(first_rank(job) + i)];
      auto const place = std::lower_bound(nodes.begin(), nodes.end(), node);
      if (place == nodes.end() || *place != node) nodes.insert(place, node);
    }
    return nodes;
  }

  /// The ranks that each node holds, in the order of node_names.
  std::vector<int> ranks_of_nodes() const {
    std::vector<int> ranks(node_names.size(), 0);
    for (int const node : node_of_rank) ++ranks[static_cast<std::size_t>(node)];
    return ranks;
  }
};

}  // namespace ai500
