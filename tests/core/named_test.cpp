// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string_view>

#include <ai500/core/named.hpp>

namespace {

struct WithName {
  static constexpr std::string_view name = "with a name";
};
struct WithLiteral {
  static constexpr char const* name = "with a literal";
};
struct WithoutName {};
struct WithNumber {
  static constexpr int name = 1;
};

TEST_CASE("Named: a type has a name that reads as text") {
  CHECK(ai500::Named<WithName>);
  CHECK(ai500::Named<WithLiteral>);
  CHECK_FALSE(ai500::Named<WithoutName>);
  CHECK_FALSE(ai500::Named<WithNumber>);
}

}  // namespace
