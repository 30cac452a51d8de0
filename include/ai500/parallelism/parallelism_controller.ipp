// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of parallelism_controller.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ai500/configuration/checks.hpp>
#include <ai500/configuration/ensemble_shape.hpp>
#include <ai500/core/error.hpp>
#include <ai500/parallelism/parallelism_controller.hpp>

namespace ai500 {

/// Numbers hosts in the order of their first rank. M and P_degree are the shape's, without a check.
inline Placement placement_on_hosts(EnsembleShape shape,
                                    std::vector<std::string> const& host_of_rank) {
  Placement placement{shape, {}, {}, 0};
  placement.node_of_rank.reserve(host_of_rank.size());
  std::map<std::string_view, int> node_of_host;
  for (std::string const& host : host_of_rank) {
    auto const [found, is_new] = node_of_host.emplace(host, placement.nodes());
    if (is_new) placement.node_names.push_back(host);
    placement.node_of_rank.push_back(found->second);
  }
  return placement;
}

Placement place(EnsembleShape shape, std::vector<std::string> const& host_of_rank) {
  if (Count{shape.ensemble_size} * shape.parallelism_degree != std::ssize(host_of_rank) ||
      shape.parallelism_degree < 1)
    throw UsageError(shape_message("M = " + std::to_string(shape.ensemble_size) +
                                       ", P_degree = " + std::to_string(shape.parallelism_degree),
                                   static_cast<int>(host_of_rank.size())));
  return placement_on_hosts(shape, host_of_rank);
}

Placement place_member(EnsembleShape shape, int job, std::vector<std::string> const& host_of_rank) {
  member_shape(job, shape.ensemble_size, shape.parallelism_degree,
               static_cast<int>(host_of_rank.size()));
  Placement placement = placement_on_hosts(shape, host_of_rank);
  placement.first_job = job;
  return placement;
}

Placement place_on_equal_nodes(EnsembleShape shape, int ranks_per_node) {
  check_range("--ranks-per-node", ranks_per_node, 1);
  Placement placement{shape, {}, {}, 0};
  placement.node_of_rank.reserve(static_cast<std::size_t>(shape.scale()));
  for (int rank = 0; rank < shape.scale(); ++rank) {
    if (rank % ranks_per_node == 0)
      placement.node_names.push_back("node" + std::to_string(placement.nodes()));
    placement.node_of_rank.push_back(rank / ranks_per_node);
  }
  return placement;
}

/// A host's name, split around the last number of its first label: "cn007.cluster.org" = "cn" +
/// "007" + ".cluster.org".
struct NumberedName {
  std::string_view before;
  std::string_view digits;  ///< empty if there is no number
  std::string_view behind;

  explicit NumberedName(std::string_view name) {
    constexpr std::string_view all_digits = "0123456789";
    std::size_t const last = name.substr(0, name.find('.')).find_last_of(all_digits);
    std::size_t const end = last == std::string_view::npos ? 0 : last + 1;
    std::size_t begin = end;
    while (begin > 0 && all_digits.find(name[begin - 1]) != std::string_view::npos) --begin;
    before = name.substr(0, begin);
    digits = name.substr(begin, end - begin);
    behind = name.substr(end);
  }

  /// True if `next` is this name with the next number: "n09" and "n10", "n9" and "n10", but not
  /// "n9" and "n010".
  bool precedes(NumberedName const& next) const {
    if (digits.empty() || before != next.before || behind != next.behind) return false;
    std::string sum(digits);
    std::size_t place = sum.size();
    while (place > 0 && sum[place - 1] == '9') sum[--place] = '0';
    if (place > 0)
      ++sum[place - 1];
    else
      sum.insert(sum.begin(), '1');
    return sum == next.digits;
  }
};

std::string join_names(std::vector<std::string> const& names) {
  std::string text;
  for (std::size_t first = 0; first < names.size();) {
    std::size_t last = first;
    while (last + 1 < names.size() &&
           NumberedName(names[last]).precedes(NumberedName(names[last + 1])))
      ++last;
    if (!text.empty()) text += ", ";
    text += names[first];
    if (last > first) text += (last == first + 1 ? ", " : "..") + names[last];
    first = last + 1;
  }
  return text;
}

/// "3 nodes", "1 node".
inline std::string plural(int number, std::string const& noun) {
  return std::to_string(number) + ' ' + noun + (number == 1 ? "" : "s");
}

/// "8", or "4 to 8".
inline std::string range_text(int least, int most) {
  return least == most ? std::to_string(most)
                       : std::to_string(least) + " to " + std::to_string(most);
}

std::string job_table(Placement const& placement) {
  std::vector<std::array<std::string, 3>> rows{{"job", "ranks", "nodes"}};
  for (int job = placement.first_job; job < placement.first_job + placement.jobs(); ++job) {
    int const first = placement.first_rank(job);
    int const last = first + placement.shape.parallelism_degree - 1;
    std::vector<std::string> names;
    for (int const node : placement.nodes_of(job))
      names.push_back(placement.node_names[static_cast<std::size_t>(node)]);
    std::string ranks = std::to_string(first);
    if (last > first) ranks += ".." + std::to_string(last);
    rows.push_back({std::to_string(job), std::move(ranks), join_names(names)});
  }
  std::size_t job_width = 0;
  std::size_t ranks_width = 0;
  for (auto const& [job, ranks, nodes] : rows) {
    job_width = std::max(job_width, job.size());
    ranks_width = std::max(ranks_width, ranks.size());
  }
  std::string text;
  for (auto const& [job, ranks, nodes] : rows)
    text += std::string(job_width - job.size(), ' ') + job + "  " + ranks +
            std::string(ranks_width - ranks.size(), ' ') + "  " + nodes + '\n';
  return text;
}

std::string crossing_jobs(Placement const& placement) {
  std::vector<std::string> jobs;
  int least = placement.nodes();
  int most = 0;
  for (int job = placement.first_job; job < placement.first_job + placement.jobs(); ++job) {
    int const nodes = static_cast<int>(placement.nodes_of(job).size());
    if (nodes < 2) continue;
    jobs.push_back(std::to_string(job));
    least = std::min(least, nodes);
    most = std::max(most, nodes);
  }
  if (jobs.empty()) return "";
  if (jobs.size() == 1)
    return "job " + jobs[0] + " spans " + plural(most, "node") +
           ": its all-reduce crosses the network\n";
  return "jobs " + join_names(jobs) + " span " + range_text(least, most) +
         " nodes each: their all-reduces cross the network\n";
}

std::string describe(Placement const& placement) {
  EnsembleShape const shape = placement.shape;
  std::string const scale = std::to_string(shape.scale());
  auto const line = [&scale](std::string label, std::string number, std::string const& meaning) {
    label.resize(12, ' ');
    number.insert(0, scale.size() - std::min(scale.size(), number.size()), ' ');
    return label + number + "  " + meaning + '\n';
  };
  std::vector<int> const ranks = placement.ranks_of_nodes();
  auto const [least, most] = std::minmax_element(ranks.begin(), ranks.end());

  std::string text = "Eq. (5): Sys_scale = M x P_degree: " + scale + " = " +
                     std::to_string(shape.ensemble_size) + " x " +
                     std::to_string(shape.parallelism_degree) + '\n';
  text += line("Sys_scale", scale, "ranks, one drives one accelerator");
  text += line("M", std::to_string(shape.ensemble_size), "base models, one job trains one");
  text += line("P_degree", std::to_string(shape.parallelism_degree), "ranks of one base model");
  if (!ranks.empty())
    text += line("nodes", std::to_string(placement.nodes()),
                 "with " + range_text(*least, *most) + (*most == 1 ? " rank each" : " ranks each"));
  if (placement.jobs() < shape.ensemble_size)
    text += "Only job " + std::to_string(placement.first_job) +
            " is trained here, the others in runs of their own.\n";
  return text + '\n' + job_table(placement) + crossing_jobs(placement);
}

}  // namespace ai500
