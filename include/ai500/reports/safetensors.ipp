// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ai500/aggregation/predictions.hpp>
#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>
#include <ai500/reports/json.ipp>
#include <ai500/reports/safetensors.hpp>
#include <ai500/version.hpp>

namespace ai500::reports {

static_assert(std::endian::native == std::endian::little,
              "the data of a safetensors file are little-endian and are copied as they are");
static_assert(sizeof(float) == 4);

inline constexpr std::size_t length_bytes = 8;            // of the header's length
inline constexpr std::uint64_t longest_header = 1 << 20;  // one tensor needs about 150 bytes

/// A list of whole numbers that are not negative, two of them.
/// @throws OutputError
inline std::array<std::uint64_t, 2> pair_of(JsonReader const& tensor, char const* key) {
  Json const& json = tensor.value(key);
  if (!json.is_array() || json.size() != 2 || !json[0].is_number_unsigned() ||
      !json[1].is_number_unsigned())
    tensor.fail(key, "a list of two whole numbers", json);
  return {json[0].get<std::uint64_t>(), json[1].get<std::uint64_t>()};
}

}  // namespace ai500::reports

namespace ai500 {

std::string to_safetensors(Predictions const& predictions) {
  std::size_t const values = predictions.probabilities.size();
  bool const is_empty = values == 0 && predictions.samples >= 0 && predictions.classes >= 0 &&
                        (predictions.samples == 0 || predictions.classes == 0);
  if (!is_empty && !consistent(predictions))
    throw OutputError("predictions of " + std::to_string(predictions.samples) + " samples and " +
                      std::to_string(predictions.classes) + " classes have " +
                      std::to_string(values) + " probabilities");
  std::size_t const data_bytes = values * sizeof(float);
  reports::Json const json = {{"__metadata__", {{"producer", "ai500 " + std::string(version)}}},
                              {"probabilities",
                               {{"dtype", "F32"},
                                {"shape", {predictions.samples, predictions.classes}},
                                {"data_offsets", {0, data_bytes}}}}};
  std::string header = json.dump();
  // Blanks make the data begin at a multiple of 8 bytes, so that readers may map the file.
  header.resize((header.size() + 7) / 8 * 8, ' ');

  std::uint64_t const length = header.size();
  std::string bytes(reports::length_bytes + header.size() + data_bytes, '\0');
  std::memcpy(bytes.data(), &length, reports::length_bytes);
  std::memcpy(bytes.data() + reports::length_bytes, header.data(), header.size());
  if (data_bytes > 0)
    std::memcpy(bytes.data() + reports::length_bytes + header.size(),
                predictions.probabilities.data(), data_bytes);
  return bytes;
}

Predictions predictions_from_safetensors(std::string_view bytes, std::string_view file) {
  auto const fail = [&](std::string const& what) -> void {
    throw OutputError(std::string(file) +
                      ": is not the safetensors file of a member's predictions: " + what);
  };
  if (bytes.size() < reports::length_bytes)
    fail("it has " + std::to_string(bytes.size()) + " bytes, the header's length alone takes 8");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), reports::length_bytes);
  bytes.remove_prefix(reports::length_bytes);
  if (length > reports::longest_header || length > bytes.size())
    fail("its header shall have " + std::to_string(length) + " bytes, but " +
         std::to_string(bytes.size()) + " follow, and more than " +
         std::to_string(reports::longest_header) + " are not expected");
  std::string_view const data = bytes.substr(static_cast<std::size_t>(length));

  reports::Json const json =
      reports::parse_json(bytes.substr(0, static_cast<std::size_t>(length)), file);
  reports::JsonReader const header(json, file);
  for (auto const& [name, value] : json.items())
    if (name != "probabilities" && name != "__metadata__") fail("it has a tensor \"" + name + '"');
  reports::JsonReader const tensor(header.value("probabilities"),
                                   std::string(file) + ": tensor \"probabilities\"");
  if (tensor.text("dtype") != "F32") fail("dtype is " + tensor.text("dtype") + ", not F32");
  auto const [samples, classes] = reports::pair_of(tensor, "shape");
  auto const [begin, end] = reports::pair_of(tensor, "data_offsets");
  if (begin != 0 || end != data.size())
    fail("its tensor takes the bytes " + std::to_string(begin) + " to " + std::to_string(end) +
         " of the data, which have " + std::to_string(data.size()));
  // Divisions instead of a product, which a damaged shape could make overflow.
  std::uint64_t const values = data.size() / sizeof(float);
  bool const fits =
      data.size() % sizeof(float) == 0 &&
      (classes == 0 || samples == 0 ? values == 0
                                    : values % classes == 0 && values / classes == samples);
  if (!fits || !std::in_range<Count>(samples) || !std::in_range<Count>(classes))
    fail("its shape is (" + std::to_string(samples) + ", " + std::to_string(classes) +
         "), but it has " + std::to_string(data.size()) + " bytes of data");

  Predictions predictions{.samples = static_cast<Count>(samples),
                          .classes = static_cast<Count>(classes),
                          .probabilities = std::vector<float>(static_cast<std::size_t>(values))};
  if (!data.empty()) std::memcpy(predictions.probabilities.data(), data.data(), data.size());
  return predictions;
}

}  // namespace ai500
