// SPDX-License-Identifier: Apache-2.0
#include <ai500/collectives/self.hpp>
//
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <ai500/collectives/agree.hpp>
#include <ai500/core/error.hpp>

using namespace ai500;

TEST_CASE("Self: one rank is the whole world and the whole of each part") {
  int argc = 0;
  char** argv = nullptr;
  collectives::Self::Session session(argc, argv, {});
  int ranks = 0;

  session.run_ranks([&](collectives::Self::Communicator& world) {
    ++ranks;
    CHECK(world.rank() == 0);
    CHECK(world.size() == 1);
    CHECK(world.split(7).rank() == 0);
    CHECK(world.split(7).size() == 1);
  });

  CHECK(ranks == 1);
  CHECK(collectives::Self::launched_rank() == 0);
}

TEST_CASE("Self: more ranks are a usage error") {
  int argc = 0;
  char** argv = nullptr;

  CHECK_NOTHROW(collectives::Self::Session(argc, argv, {.ranks = 1}));
  CHECK_THROWS_WITH_AS(collectives::Self::Session(argc, argv, {.ranks = 2}),
                       "--ranks 2: this benchmark has one rank", UsageError);
}

TEST_CASE("Self: what one rank reduces, sends or gathers is what it gave") {
  collectives::Self::Communicator world;
  std::vector<float> values{1.5f, -2.0f, 0.25f};
  world.allreduce(View<float>(values.data(), 3));
  world.barrier();

  CHECK(values == std::vector<float>{1.5f, -2.0f, 0.25f});
  CHECK(world.maximum(-3.5) == -3.5);
  CHECK(world.bcast("text", 0) == "text");
  CHECK(world.allgather("text") == std::vector<std::string>{"text"});
}

TEST_CASE("agree: an error keeps its message and says which exit code it means") {
  collectives::Self::Communicator world;
  auto exit_code_of = [&](auto const& error) {
    try {
      agree(world, [&] { throw error; });
    } catch (AgreedError const& agreed) {
      CHECK(std::string(agreed.what()) == "message");
      return agreed.exit_code();
    }
    return 0;
  };

  CHECK(exit_code_of(UsageError("message")) == 2);
  CHECK(exit_code_of(DataError("message")) == 1);
  CHECK(exit_code_of(std::runtime_error("message")) == 1);
  bool done = false;
  CHECK_NOTHROW(agree(world, [&] { done = true; }));
  CHECK(done);
}
