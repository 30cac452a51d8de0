// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <string_view>
#include <variant>

#include <ai500/core/name_of_held.hpp>

namespace {

struct First {
  static constexpr std::string_view name = "first";
};
struct Second {
  static constexpr char const* name = "second";
  Second() = default;
  Second(Second const&) { throw 1; }
  Second& operator=(Second const&) = default;
};
using Either = std::variant<First, Second>;

TEST_CASE("name_of_held: the name of the type, in constant expressions, too") {
  static_assert(ai500::name_of_held(std::variant<First>{}) == "first");

  CHECK(ai500::name_of_held(Either{First{}}) == "first");
  CHECK(ai500::name_of_held(Either{std::in_place_index<1>}) == "second");
}

TEST_CASE("name_of_held: a variant without a value is refused") {
  Either held;
  Second const second;

  CHECK_THROWS_AS(held.emplace<Second>(second), int);
  REQUIRE(held.valueless_by_exception());

  CHECK_THROWS_AS(ai500::name_of_held(held), std::bad_variant_access);
}

}  // namespace
