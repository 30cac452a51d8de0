// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <ai500/parallelism/parallelism_controller.hpp>

using namespace ai500;

TEST_CASE("place: hosts are numbered in the order of their first rank") {
  Placement const placement = place({2, 2}, {"b", "b", "a", "b"});

  CHECK(placement.shape == EnsembleShape{2, 2});
  CHECK(placement.node_names == std::vector<std::string>{"b", "a"});
  CHECK(placement.node_of_rank == std::vector<int>{0, 0, 1, 0});
  CHECK(placement.first_job == 0);
}

TEST_CASE("place: the ranks there are must satisfy Eq. (5)") {
  CHECK_THROWS_WITH_AS(place({2, 2}, {"a", "a", "a"}),
                       "Eq. (5), Sys_scale = M x P_degree, fails: Sys_scale = 3 ranks, M = 2, "
                       "P_degree = 2; valid M x P_degree: 1 x 3, 3 x 1",
                       UsageError);
  CHECK_THROWS_AS(place({0, 0}, {}), UsageError);
  CHECK_THROWS_AS(place({-1, -1}, {"a"}), UsageError);
}

TEST_CASE("place_member: gives all ranks to the member") {
  Placement const placement = place_member({4, 2}, 3, {"a", "b"});

  CHECK(placement.jobs() == 1);
  CHECK(placement.job_of(1) == 3);
  CHECK(placement.rank_in_job(1) == 1);
  CHECK(placement.nodes() == 2);
  CHECK_THROWS_AS(place_member({4, 2}, 4, {"a", "b"}), UsageError);
  CHECK_THROWS_AS(place_member({4, 2}, 3, {"a"}), UsageError);
}

TEST_CASE("place_on_equal_nodes: fills one node after the other") {
  Placement const placement = place_on_equal_nodes({5, 1}, 2);

  CHECK(placement.node_names == std::vector<std::string>{"node0", "node1", "node2"});
  CHECK(placement.node_of_rank == std::vector<int>{0, 0, 1, 1, 2});
  CHECK_THROWS_AS(place_on_equal_nodes({5, 1}, 0), UsageError);
}

TEST_CASE("join_names: joins consecutive numbers only") {
  CHECK(join_names({}) == "");
  CHECK(join_names({"a"}) == "a");
  CHECK(join_names({"n1", "n2"}) == "n1, n2");
  CHECK(join_names({"n1", "n2", "n3"}) == "n1..n3");
  CHECK(join_names({"n1", "n3", "n4", "n5", "n9"}) == "n1, n3..n5, n9");
  CHECK(join_names({"n8", "n9", "n10", "n11"}) == "n8..n11");
  CHECK(join_names({"n08", "n09", "n10"}) == "n08..n10");
  CHECK(join_names({"n099", "n100", "n101"}) == "n099..n101");
  CHECK(join_names({"n9", "n010", "n11"}) == "n9, n010, n11");
  CHECK(join_names({"alpha", "beta", "gamma"}) == "alpha, beta, gamma");
  CHECK(join_names({"a1", "b2", "c3"}) == "a1, b2, c3");
  CHECK(join_names({"r1n1.c2.org", "r1n2.c2.org", "r1n3.c2.org"}) == "r1n1.c2.org..r1n3.c2.org");
  CHECK(join_names({"n1.a.org", "n2.b.org", "n3.c.org"}) == "n1.a.org, n2.b.org, n3.c.org");
  CHECK(join_names({"0", "1", "2"}) == "0..2");
}

TEST_CASE("describe: shows 64 ranks on 8 nodes in 8 rows") {
  CHECK(describe(place_on_equal_nodes({8, 8}, 8)) ==
        "Eq. (5): Sys_scale = M x P_degree: 64 = 8 x 8\n"
        "Sys_scale   64  ranks, one drives one accelerator\n"
        "M            8  base models, one job trains one\n"
        "P_degree     8  ranks of one base model\n"
        "nodes        8  with 8 ranks each\n"
        "\n"
        "job  ranks   nodes\n"
        "  0  0..7    node0\n"
        "  1  8..15   node1\n"
        "  2  16..23  node2\n"
        "  3  24..31  node3\n"
        "  4  32..39  node4\n"
        "  5  40..47  node5\n"
        "  6  48..55  node6\n"
        "  7  56..63  node7\n");
}

TEST_CASE("describe: names the job that crosses nodes, and uneven nodes") {
  CHECK(describe(place({3, 2}, {"x", "x", "x", "y", "y", "y"})) ==
        "Eq. (5): Sys_scale = M x P_degree: 6 = 3 x 2\n"
        "Sys_scale   6  ranks, one drives one accelerator\n"
        "M           3  base models, one job trains one\n"
        "P_degree    2  ranks of one base model\n"
        "nodes       2  with 3 ranks each\n"
        "\n"
        "job  ranks  nodes\n"
        "  0  0..1   x\n"
        "  1  2..3   x, y\n"
        "  2  4..5   y\n"
        "job 1 spans 2 nodes: its all-reduce crosses the network\n");
  CHECK(describe(place_on_equal_nodes({5, 1}, 2)).find("nodes       3  with 1 to 2 ranks each\n") !=
        std::string::npos);
}

TEST_CASE("describe: many jobs that cross nodes share one line") {
  // Jobs of 16 ranks on nodes of 6: ranks 0..15 are on nodes 0 to 2, 16..31 on 2 to 5, 32..47 on 5
  // to 7, 48..63 on 8 to 10.
  std::string const text = describe(place_on_equal_nodes({4, 16}, 6));

  CHECK(text.find("  0  0..15   node0..node2\n") != std::string::npos);
  CHECK(text.find("  1  16..31  node2..node5\n") != std::string::npos);
  CHECK(text.find("  3  48..63  node8..node10\n") != std::string::npos);
  CHECK(text.find("\njobs 0..3 span 3 to 4 nodes each: their all-reduces cross the network\n") !=
        std::string::npos);
}

TEST_CASE("describe: every job has its line, also when they are many") {
  std::string const text = describe(place_on_equal_nodes({1000, 1}, 8));

  // 1 + 4 above the table, an empty line, its headings, the jobs.
  CHECK(std::count(text.begin(), text.end(), '\n') == 5 + 1 + 1 + 1000);
  CHECK(text.find("\n 10  10     node1\n") != std::string::npos);
  CHECK(text.find("\n999  999    node124\n") != std::string::npos);
  CHECK(text.find("network") == std::string::npos);
}

TEST_CASE("describe: one member's run shows its job and says that it is alone") {
  std::string const text = describe(place_member({4, 2}, 3, {"x", "y"}));

  CHECK(text.find("Eq. (5): Sys_scale = M x P_degree: 8 = 4 x 2\n") == 0);
  CHECK(text.find("Only job 3 is trained here, the others in runs of their own.\n") !=
        std::string::npos);
  CHECK(text.find("job  ranks  nodes\n  3  0..1   x, y\n") != std::string::npos);
  CHECK(text.find("job 3 spans 2 nodes") != std::string::npos);
}
