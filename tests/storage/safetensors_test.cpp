// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <ai500/storage/safetensors.hpp>

#include "hand_made_file.hpp"
#include "output_folder.hpp"

using namespace ai500;
using ai500::test::file_of;
using ai500::test::has;
using ai500::test::output_error;

namespace {

std::string header_of(std::string const& type, std::string const& shape,
                      std::string const& offsets) {
  return test::header_of("weights", type, shape, offsets);
}

std::string message_of(std::string const& bytes) {
  return output_error([&] { parse_safetensors(bytes, "a.safetensors"); });
}

std::string const six_numbers(24, '\1');

Safetensors example() {
  return {.metadata = {{"who", "me"}},
          .tensors = {
              {.name = "z", .type = NumberType::float64, .shape = {2}, .bytes = "0123456789abcdef"},
              {.name = "none", .type = NumberType::int32, .shape = {0, 3}, .bytes = ""},
              {.name = "a", .type = NumberType::float32, .shape = {}, .bytes = "abcd"}}};
}

}  // namespace

TEST_CASE("to_safetensors: a length, a header of whole 8 bytes, the tensors' bytes in order") {
  std::string const bytes = to_safetensors(example());

  std::size_t const length =
      static_cast<unsigned char>(bytes.at(0)) + 256u * static_cast<unsigned char>(bytes.at(1));
  CHECK(bytes.substr(2, 6) == std::string(6, '\0'));
  CHECK(length % 8 == 0);
  CHECK(bytes.substr(8 + length) == "0123456789abcdefabcd");
  CHECK(has(bytes, {R"("__metadata__":{"who":"me"})",
                    R"("z":{"dtype":"F64","shape":[2],"data_offsets":[0,16]})",
                    R"("none":{"dtype":"I32","shape":[0,3],"data_offsets":[16,16]})",
                    R"("a":{"dtype":"F32","shape":[],"data_offsets":[16,20]})"}));
  CHECK(bytes == safetensors_header(example()) + "0123456789abcdefabcd");
}

TEST_CASE("parse_safetensors: gives back what was written, as a look at the same bytes") {
  std::string const bytes = to_safetensors(example());

  Safetensors const back = parse_safetensors(bytes, "a");

  Safetensors const expected = example();
  CHECK(back.metadata == expected.metadata);
  REQUIRE(back.tensors.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(back.tensors[i].name == expected.tensors[i].name);
    CHECK(back.tensors[i].type == expected.tensors[i].type);
    CHECK(back.tensors[i].shape == expected.tensors[i].shape);
    CHECK(back.tensors[i].bytes == expected.tensors[i].bytes);
  }
  CHECK(back.tensors[0].bytes.data() == bytes.data() + bytes.size() - 20);
}

TEST_CASE("parse_safetensors: reads what others write by the same definition") {
  // Tensors need not be listed in the order of their data.
  std::string const bytes = file_of(R"({"b":{"data_offsets":[4,8],"shape":[1],"dtype":"I32"},)"
                                    R"("a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}   )",
                                    "aaaabbbb");

  Safetensors const read = parse_safetensors(bytes, "a");

  REQUIRE(read.tensors.size() == 2);
  CHECK(read.tensors[0].name == "a");
  CHECK(read.tensors[1].bytes == "bbbb");
  CHECK(read.metadata.empty());
}

TEST_CASE("to_safetensors: bytes that do not fit their shape, or two of a name, are an error") {
  auto const message = [](Safetensors const& contents) {
    return output_error([&] { to_safetensors(contents); });
  };
  constexpr Count half = Count{1} << 32;  // 2^32 x 2^32 is 0 in 64 bits

  CHECK(has(message({.metadata = {}, .tensors = {{.name = "w", .shape = {3}, .bytes = "abcd"}}}),
            {"\"w\"", "(3)", "4 bytes"}));
  CHECK(message({.metadata = {}, .tensors = {{.name = "w", .shape = {-1, 0}, .bytes = ""}}}) != "");
  CHECK(message({.metadata = {}, .tensors = {{.name = "w", .shape = {half, half}, .bytes = ""}}}) !=
        "");
  CHECK(has(message({.metadata = {},
                     .tensors = {{.name = "w", .shape = {0}, .bytes = ""},
                                 {.name = "w", .shape = {0}, .bytes = ""}}}),
            {"two tensors", "\"w\""}));
  CHECK(has(message({.metadata = {{"long", std::string(1 << 20, 'x')}}, .tensors = {}}),
            {"1048576"}));
}

TEST_CASE("parse_safetensors: a file cut off anywhere, or longer, is an error") {
  std::string const bytes = to_safetensors(example());

  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK_MESSAGE(has(message_of(bytes.substr(0, length)), {"a.safetensors"}), length);
  CHECK(has(message_of(bytes + "x"), {"a.safetensors"}));
  CHECK(message_of(bytes) == "");
}

TEST_CASE("parse_safetensors: a header's length beyond the file or the limit is an error") {
  std::string huge = to_safetensors(example());
  huge.replace(0, 8, std::string(8, '\xff'));
  std::string const long_header =
      file_of(header_of("F32", "[6]", "[0,24]") + std::string(1 << 20, ' '), six_numbers);

  CHECK(has(message_of(huge), {"a.safetensors", "18446744073709551615"}));
  CHECK(has(message_of(long_header), {"a.safetensors", "1048576"}));
}

TEST_CASE("parse_safetensors: every contradiction in the header is an error") {
  auto const message = [](std::string const& header) {
    return message_of(file_of(header, six_numbers));
  };

  CHECK(message(header_of("F32", "[2,3]", "[0,24]")) == "");
  CHECK(has(message(header_of("F16", "[2,3]", "[0,24]")), {"a.safetensors", "weights", "F16"}));
  CHECK(has(message(header_of("F32", "[3,3]", "[0,24]")), {"a.safetensors", "(3, 3)", "24"}));
  CHECK(has(message(header_of("F32", "6", "[0,24]")), {"a.safetensors", "shape", "6"}));
  CHECK(has(message(header_of("F32", "[-2,-3]", "[0,24]")), {"a.safetensors", "shape", "-2"}));
  CHECK(has(message(header_of("F32", "[0,3]", "[0,24]")), {"a.safetensors", "(0, 3)"}));
  // 2^62 x 4 x 4 bytes is 0 in 64 bits.
  CHECK(
      has(message(header_of("F32", "[4611686018427387904,4]", "[0,24]")), {"4611686018427387904"}));
  CHECK(has(message(header_of("F32", "[2,3]", "[0,32]")), {"a.safetensors", "32", "24"}));
  CHECK(has(message(header_of("F32", "[5]", "[0,20]")), {"a.safetensors", "20", "24"}));
  CHECK(has(message(header_of("F32", "[5]", "[4,24]")), {"a.safetensors", "4", "24"}));
  CHECK(has(message(header_of("F32", "[2,3]", "24")), {"a.safetensors", "data_offsets"}));
  CHECK(has(message(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},)"
                    R"("b":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}})"),
            {"\"b\"", "12", "16"}));
  CHECK(has(message(R"({"weights":1})"), {"a.safetensors", "weights", "object"}));
  CHECK(has(message(R"({"__metadata__":{"a":1},"weights":{}})"), {"__metadata__", "text"}));
  CHECK(has(message("[]"), {"a.safetensors", "object"}));
  CHECK(has(message("not JSON"), {"a.safetensors", "JSON"}));
  CHECK(has(message("{}"), {"a.safetensors", "24"}));
}
