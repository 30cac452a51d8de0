// SPDX-License-Identifier: Apache-2.0
/// @file JSON that was read is checked value by value. nlohmann/json takes seconds to compile:
/// include this in one source file of a program.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <ai500/core/error.hpp>
#include <ai500/storage/hash.hpp>

namespace ai500::storage {

using Json = nlohmann::ordered_json;  // keys stay in the order in which people want to read them

/// As text: indented, ends with a newline. A host's name or a message need not be UTF-8; that must
/// not cost a result.
inline std::string text_of(Json const& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

/// @throws OutputError naming the file and the place where it stops to be JSON
inline Json parse_json(std::string_view text, std::string_view file) {
  try {
    return Json::parse(text);
  } catch (Json::exception const& error) {
    throw OutputError(std::string(file) + ": is not valid JSON: " + error.what());
  }
}

/// Reads the values of an object and checks them; every mistake names the file and the key.
class JsonReader {
 public:
  /// @throws OutputError if `json` is not an object
  JsonReader(Json const& json, std::string_view file) : json_(json), file_(file) {
    if (!json.is_object()) throw OutputError(file_ + ": must be a JSON object, is " + shown(json));
  }

  /// @throws OutputError if the key is missing
  Json const& value(char const* key) const {
    auto const found = json_.find(key);
    if (found == json_.end()) throw OutputError(file_ + ": key \"" + key + "\" is missing");
    return *found;
  }

  /// @throws OutputError
  std::string text(char const* key) const {
    Json const& json = value(key);
    if (!json.is_string()) fail(key, "text", json);
    return json.get<std::string>();
  }

  /// @throws OutputError
  bool boolean(char const* key) const {
    Json const& json = value(key);
    if (!json.is_boolean()) fail(key, "true or false", json);
    return json.get<bool>();
  }

  /// null is NaN.
  /// @throws OutputError
  double number(char const* key) const {
    Json const& json = value(key);
    if (json.is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (!json.is_number()) fail(key, "a number or null", json);
    return json.get<double>();
  }

  /// @throws OutputError, also if the value does not fit the type or is below `least`
  template <class Integer>
  Integer integer(char const* key, Integer least) const {
    Json const& json = value(key);
    bool fits = json.is_number_integer();
    if (fits && json.is_number_unsigned())
      fits = std::in_range<Integer>(json.get<std::uint64_t>());
    else if (fits)
      fits = std::in_range<Integer>(json.get<std::int64_t>());
    if (!fits || json.get<Integer>() < least)
      fail(key,
           "a whole number of at least " + std::to_string(least) + " and " +
               std::to_string(sizeof(Integer) * 8) + " bits",
           json);
    return json.get<Integer>();
  }

  /// @throws OutputError
  [[noreturn]] void fail(std::string const& key, std::string const& wanted,
                         Json const& json) const {
    throw OutputError(file_ + ": key \"" + key + "\" must be " + wanted + ", is " + shown(json));
  }

 private:
  static std::string shown(Json const& json) {
    constexpr std::size_t longest = 60;
    std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > longest) text = text.substr(0, longest) + "...";
    return text;
  }

  Json const& json_;
  std::string file_;
};

inline constexpr char const* hash_key = "xxh3_128";

/// The hash of an object's keys and values, whatever the blanks between them.
inline std::string hash_of(Json const& json) {
  return xxh3_128(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// As text, with a further key that holds the hash of the others.
inline std::string sealed_text(Json json) {
  json[hash_key] = hash_of(json);
  return text_of(json);
}

/// Reads what `sealed_text` wrote; the key with the hash is gone.
/// @throws OutputError naming the file: no JSON object, or its hash is another
inline Json parse_sealed(std::string_view text, std::string_view file) {
  Json json = parse_json(text, file);
  std::string const hash = JsonReader(json, file).text(hash_key);
  json.erase(hash_key);
  if (hash != hash_of(json))
    throw OutputError(std::string(file) +
                      ": is damaged or was edited: its contents have the hash " + hash_of(json) +
                      ", not " + hash + " as it says");
  return json;
}

}  // namespace ai500::storage
