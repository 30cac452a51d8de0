// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <ai500/reports/saved_predictions.hpp>

#include "../storage/hand_made_file.hpp"
#include "examples.hpp"

using namespace ai500;
using ai500::test::file_of;
using ai500::test::has;
using ai500::test::output_error;

namespace {

Predictions example() {
  return {.samples = 2, .classes = 3, .probabilities = {0.5f, 0.25f, 0.25f, 1, 0, 0}};
}

std::string header_of(std::string const& type, std::string const& shape,
                      std::string const& offsets) {
  return test::header_of("probabilities", type, shape, offsets);
}

std::string message_of(std::string const& bytes) {
  return output_error([&] { predictions_from_safetensors(bytes, "a.safetensors"); });
}

/// The little-endian IEEE 754 bytes of 0.5, 0.25, 0.25, 1, 0, 0.
std::string const example_data("\0\0\0\x3f\0\0\x80\x3e\0\0\x80\x3e\0\0\x80\x3f\0\0\0\0\0\0\0\0",
                               24);

}  // namespace

TEST_CASE("to_safetensors: a length, a header of whole 8 bytes, the numbers") {
  std::string const bytes = to_safetensors(example());

  std::size_t const length = static_cast<unsigned char>(bytes.at(0));
  CHECK(bytes.substr(1, 7) == std::string(7, '\0'));
  CHECK(length % 8 == 0);
  CHECK(bytes.size() == 8 + length + 24);
  CHECK(bytes.at(8) == '{');
  CHECK(has(bytes, {R"("probabilities":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]})",
                    "\"__metadata__\""}));
  CHECK(bytes.substr(8 + length) == example_data);
}

TEST_CASE("predictions_from_safetensors: gives back what was written") {
  CHECK(predictions_from_safetensors(to_safetensors(example()), "a") == example());
}

TEST_CASE("predictions_from_safetensors: gives back every bit, also of what is no number") {
  Predictions predictions{.samples = 1, .classes = 3, .probabilities = {}};
  predictions.probabilities = {std::numeric_limits<float>::quiet_NaN(),
                               -std::numeric_limits<float>::infinity(),
                               std::numeric_limits<float>::denorm_min()};

  Predictions const back = predictions_from_safetensors(to_safetensors(predictions), "a");

  REQUIRE(back.probabilities.size() == 3);
  CHECK(std::memcmp(back.probabilities.data(), predictions.probabilities.data(), 12) == 0);
}

TEST_CASE("predictions_from_safetensors: no samples are possible, for a member that stopped") {
  Predictions const none{.samples = 0, .classes = 10, .probabilities = {}};

  CHECK(predictions_from_safetensors(to_safetensors(none), "a") == none);
}

TEST_CASE("predictions_from_safetensors: reads what others write by the same definition") {
  std::string const bytes = file_of(header_of("F32", "[2,3]", "[0,24]") + "   ", example_data);

  CHECK(predictions_from_safetensors(bytes, "a") == example());
}

TEST_CASE("to_safetensors: probabilities that do not fit their shape are an error") {
  CHECK(
      has(output_error([] { to_safetensors({.samples = 2, .classes = 3, .probabilities = {1}}); }),
          {"probabilities", "(2, 3)", "4 bytes"}));
  CHECK(output_error([] { to_safetensors({.samples = -1, .classes = 0, .probabilities = {}}); }) !=
        "");
  constexpr Count half = Count{1} << 32;  // 2^32 x 2^32 is 0 in 64 bits
  CHECK(output_error(
            [] { to_safetensors({.samples = half, .classes = half, .probabilities = {}}); }) != "");
}

TEST_CASE("predictions_from_safetensors: a file cut off anywhere, or longer, is an error") {
  std::string const bytes = to_safetensors(example());

  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK_MESSAGE(has(message_of(bytes.substr(0, length)), {"a.safetensors"}), length);
  CHECK(has(message_of(bytes + "x"), {"a.safetensors"}));
  CHECK(message_of(bytes) == "");
}

TEST_CASE("predictions_from_safetensors: what is no predictions is an error that says so") {
  auto const message = [](std::string const& header) {
    return message_of(file_of(header, example_data));
  };

  CHECK(has(message(header_of("I32", "[2,3]", "[0,24]")), {"a.safetensors", "int32", "float32"}));
  CHECK(has(message(header_of("F32", "[6]", "[0,24]")), {"a.safetensors", "shape", "(6)"}));
  CHECK(has(message(R"({"weights":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}})"),
            {"a.safetensors", "weights"}));
  CHECK(has(message_of(file_of("{}", "")), {"a.safetensors", "probabilities", "missing"}));
}
