// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ai500/core/error.hpp>
#include <ai500/core/number_type.hpp>
#include <ai500/core/types.hpp>
#include <ai500/storage/json.ipp>
#include <ai500/storage/safetensors.hpp>

namespace ai500::storage {

static_assert(std::endian::native == std::endian::little,
              "the data of a safetensors file are little-endian and are copied as they are");

inline constexpr std::size_t length_bytes = 8;  // of the header's length
inline constexpr char const* metadata_key = "__metadata__";

/// A number type and its name in the format.
struct TypeName {
  NumberType type;
  char const* name;
};
inline constexpr TypeName type_names[] = {
    {NumberType::float32, "F32"}, {NumberType::float64, "F64"}, {NumberType::int32, "I32"}};

inline char const* name_in_safetensors(NumberType type) {
  return std::ranges::find(type_names, type, &TypeName::type)->name;
}

/// Whether `bytes` hold as many numbers as the shape says. Divides: the product of the extents that
/// a damaged header states may exceed 64 bits.
inline bool fits(std::vector<Count> const& shape, NumberType type, std::size_t bytes) {
  if (std::ranges::any_of(shape, [](Count extent) { return extent < 0; })) return false;
  if (bytes % size_in_bytes(type) != 0) return false;
  std::size_t rest = bytes / size_in_bytes(type);
  if (std::ranges::find(shape, Count{0}) != shape.end()) return rest == 0;
  for (Count const extent : shape) {
    if (rest % static_cast<std::size_t>(extent) != 0) return false;
    rest /= static_cast<std::size_t>(extent);
  }
  return rest == 1;
}

/// The whole numbers of a list.
/// @throws OutputError if it holds anything else, or a number that is negative or beyond a Count
inline std::vector<Count> whole_numbers(JsonReader const& reader, char const* key) {
  Json const& json = reader.value(key);
  auto const is_count = [](Json const& number) {
    return number.is_number_unsigned() && std::in_range<Count>(number.get<std::uint64_t>());
  };
  if (!json.is_array() || !std::all_of(json.begin(), json.end(), is_count))
    reader.fail(key, "a list of whole numbers", json);
  return json.get<std::vector<Count>>();
}

/// One tensor of a header, which begins at byte `begin` of the data.
/// @throws OutputError
inline Tensor tensor_of(Json const& json, std::string const& name, std::string_view data,
                        std::size_t begin, std::string_view file) {
  std::string const place = std::string(file) + ": tensor \"" + name + '"';
  JsonReader const reader(json, place);
  std::string const type = reader.text("dtype");
  auto const known = std::ranges::find(type_names, type, &TypeName::name);
  if (known == std::end(type_names)) reader.fail("dtype", "F32, F64 or I32", reader.value("dtype"));
  std::vector<Count> const offsets = whole_numbers(reader, "data_offsets");
  if (offsets.size() != 2 || offsets[0] != static_cast<Count>(begin) || offsets[1] < offsets[0] ||
      static_cast<std::size_t>(offsets[1]) > data.size())
    reader.fail("data_offsets",
                "a begin of " + std::to_string(begin) + " and an end of at most " +
                    std::to_string(data.size()) + ", the bytes of data",
                reader.value("data_offsets"));
  Tensor tensor{.name = name,
                .type = known->type,
                .shape = whole_numbers(reader, "shape"),
                .bytes = data.substr(begin, static_cast<std::size_t>(offsets[1]) - begin)};
  if (!fits(tensor.shape, tensor.type, tensor.bytes.size()))
    throw OutputError(place + ": its shape is " + shape_text(tensor.shape) + ", but it has " +
                      std::to_string(tensor.bytes.size()) + " bytes of data in " + type);
  return tensor;
}

/// The tensors of a header, in the order of their data.
/// @throws OutputError
inline std::vector<Tensor> tensors_of(Json const& header, std::string_view data,
                                      std::string_view file) {
  std::vector<std::pair<Count, std::string>> order;  // (begin, name)
  for (auto const& [name, json] : header.items()) {
    if (name == metadata_key) continue;
    std::vector<Count> const offsets = whole_numbers(
        JsonReader(json, std::string(file) + ": tensor \"" + name + '"'), "data_offsets");
    order.emplace_back(offsets.empty() ? 0 : offsets[0], name);
  }
  std::ranges::stable_sort(order, {}, &std::pair<Count, std::string>::first);
  std::vector<Tensor> tensors;
  std::size_t end = 0;
  for (auto const& [begin, name] : order) {
    tensors.push_back(tensor_of(header[name], name, data, end, file));
    end += tensors.back().bytes.size();
  }
  if (end != data.size())
    throw OutputError(std::string(file) + ": its tensors end at byte " + std::to_string(end) +
                      " of the data, which have " + std::to_string(data.size()));
  return tensors;
}

inline Metadata metadata_of(Json const& header, std::string_view file) {
  Metadata metadata;
  if (!header.contains(metadata_key)) return metadata;
  JsonReader const reader(header[metadata_key], std::string(file) + ": " + metadata_key);
  for (auto const& [key, value] : header[metadata_key].items())
    metadata[key] = reader.text(key.c_str());
  return metadata;
}

}  // namespace ai500::storage

namespace ai500 {

std::string shape_text(std::vector<Count> const& shape) {
  std::string text = "(";
  for (Count const extent : shape) text += (text == "(" ? "" : ", ") + std::to_string(extent);
  return text + ')';
}

std::string safetensors_header(Safetensors const& contents) {
  storage::Json json = storage::Json::object();
  if (!contents.metadata.empty()) json[storage::metadata_key] = contents.metadata;
  std::size_t begin = 0;
  for (Tensor const& tensor : contents.tensors) {
    std::size_t const end = begin + tensor.bytes.size();
    if (!storage::fits(tensor.shape, tensor.type, tensor.bytes.size()))
      throw OutputError("safetensors: the tensor \"" + tensor.name + "\" of shape " +
                        shape_text(tensor.shape) + " has " + std::to_string(tensor.bytes.size()) +
                        " bytes of " + std::string(name(tensor.type)));
    if (json.contains(tensor.name))
      throw OutputError("safetensors: there are two tensors \"" + tensor.name + '"');
    json[tensor.name] = {{"dtype", storage::name_in_safetensors(tensor.type)},
                         {"shape", tensor.shape},
                         {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string header = json.dump(-1, ' ', false, storage::Json::error_handler_t::replace);
  // Blanks make the data begin at a multiple of 8 bytes, so that readers may map the file.
  header.resize((header.size() + 7) / 8 * 8, ' ');
  if (header.size() > longest_safetensors_header)
    throw OutputError("safetensors: the header has " + std::to_string(header.size()) +
                      " bytes, more than " + std::to_string(longest_safetensors_header));
  std::uint64_t const length = header.size();
  std::string bytes(storage::length_bytes, '\0');
  std::memcpy(bytes.data(), &length, storage::length_bytes);
  return bytes + header;
}

std::string to_safetensors(Safetensors const& contents) {
  std::string bytes = safetensors_header(contents);
  for (Tensor const& tensor : contents.tensors) bytes += tensor.bytes;
  return bytes;
}

Safetensors parse_safetensors(std::string_view bytes, std::string_view file) {
  auto const fail = [&](std::string const& what) {
    throw OutputError(std::string(file) + ": is not a safetensors file: " + what);
  };
  if (bytes.size() < storage::length_bytes)
    fail("it has " + std::to_string(bytes.size()) + " bytes, the header's length alone takes 8");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), storage::length_bytes);
  bytes.remove_prefix(storage::length_bytes);
  if (length > longest_safetensors_header || length > bytes.size())
    fail("its header shall have " + std::to_string(length) + " bytes, but " +
         std::to_string(bytes.size()) + " follow, and more than " +
         std::to_string(longest_safetensors_header) + " are not expected");
  std::string_view const data = bytes.substr(static_cast<std::size_t>(length));
  storage::Json const header =
      storage::parse_json(bytes.substr(0, static_cast<std::size_t>(length)), file);
  storage::JsonReader const must_be_an_object(header, file);
  return {.metadata = storage::metadata_of(header, file),
          .tensors = storage::tensors_of(header, data, file)};
}

}  // namespace ai500
