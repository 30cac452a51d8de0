// SPDX-License-Identifier: Apache-2.0
/// @file Reads the part of TOML that a configuration needs: one `key = value` a line, comments, no
/// tables.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ai500/core/error.hpp>

namespace ai500 {

/// One `key = value` of a TOML file.
struct TomlEntry {
  enum class Kind { whole_number, boolean, text };

  std::string key;
  Kind kind = Kind::text;
  std::string
      value;     ///< digits with an optional '-'; "true" or "false"; or the text without its quotes
  int line = 0;  ///< from 1

  friend bool operator==(TomlEntry const&, TomlEntry const&) = default;
};

/// One line of TOML and how far it has been read.
class TomlLine {
 public:
  /// @param place file and line, for messages: "run.toml:3".
  TomlLine(std::string_view text, std::string place) : text_(text), place_(std::move(place)) {}

  /// Skips blanks; true if nothing but a comment is left.
  bool ends() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    return at_ == text_.size() || text_[at_] == '#';
  }

  /// A key of letters, digits, '-' and '_', and the '=' behind it.
  /// @throws UsageError if there is something else.
  std::string key() {
    std::string_view const word = take_word();
    if (word.empty() || ends() || text_[at_] != '=')
      fail("must be `key = value`; there are no tables");
    ++at_;
    return std::string(word);
  }

  /// Puts a value's kind and text into `entry`.
  /// @throws UsageError if it is neither a whole number nor a boolean nor a string in quotes.
  TomlEntry value(TomlEntry entry) {
    if (ends()) fail(entry.key + " has no value");
    if (text_[at_] == '"' || text_[at_] == '\'') {
      entry.kind = TomlEntry::Kind::text;
      entry.value = text_[at_] == '"' ? basic_string() : literal_string();
      return entry;
    }
    std::size_t const begin = at_;
    if (text_[at_] == '+' || text_[at_] == '-') ++at_;
    std::string_view const word = take_word();
    entry.value = text_[begin] == '-' ? "-" : "";
    if (word == "true" || word == "false") {
      entry.kind = TomlEntry::Kind::boolean;
      entry.value += word;
      if (at_ - begin == word.size() && stands_alone()) return entry;
    } else if (is_whole_number(word) && stands_alone()) {
      entry.kind = TomlEntry::Kind::whole_number;
      for (char const digit : word)
        if (digit != '_') entry.value += digit;
      return entry;
    }
    fail(entry.key + " must be a whole number, true, false or text in quotes");
  }

  /// @throws UsageError saying where and `what`.
  [[noreturn]] void fail(std::string const& what) const { throw UsageError(place_ + ": " + what); }

 private:
  // False behind the 4 of 4.5.
  bool stands_alone() const {
    return at_ == text_.size() || text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '#';
  }

  static bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

  // TOML: underscores stand between digits, and no number but 0 begins with a 0.
  static bool is_whole_number(std::string_view word) {
    if (word.empty() || (word.size() > 1 && word[0] == '0')) return false;
    for (std::size_t i = 0; i < word.size(); ++i)
      if (!is_digit(word[i]) && !(word[i] == '_' && i > 0 && i + 1 < word.size() &&
                                  is_digit(word[i - 1]) && is_digit(word[i + 1])))
        return false;
    return true;
  }

  std::string_view take_word() {
    std::size_t const begin = at_;
    while (at_ < text_.size() &&
           (is_digit(text_[at_]) || (text_[at_] >= 'a' && text_[at_] <= 'z') ||
            (text_[at_] >= 'A' && text_[at_] <= 'Z') || text_[at_] == '-' || text_[at_] == '_'))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::string literal_string() {
    std::size_t const end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) fail("a ' is not closed");
    std::string const text(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return text;
  }

  std::string basic_string() {
    std::string text;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
        if (at_ == text_.size() || (text_[at_] != '"' && text_[at_] != '\\'))
          fail(R"(only \" and \\ are understood behind a \; 'text' in single quotes needs none)");
      }
      text += text_[at_];
    }
    if (at_ == text_.size()) fail("a \" is not closed");
    ++at_;
    return text;
  }

  std::string_view text_;
  std::string place_;
  std::size_t at_ = 0;
};

/// Reads the entries of a TOML file in their order. Understood are comments, bare keys, whole
/// numbers, booleans and strings of one line; a table, an array, a float or a key given twice is an
/// error, because no option takes one.
///
/// @param text the file's contents; `file` its name for messages.
/// @throws UsageError that begins "FILE:LINE: ".
inline std::vector<TomlEntry> read_toml(std::string_view text, std::string const& file) {
  std::vector<TomlEntry> entries;
  for (int number = 1; !text.empty(); ++number) {
    std::size_t const end = text.find('\n');
    std::string_view content = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (!content.empty() && content.back() == '\r') content.remove_suffix(1);

    TomlLine line(content, file + ':' + std::to_string(number));
    if (line.ends()) continue;
    TomlEntry entry;
    entry.key = line.key();
    entry.line = number;
    entry = line.value(std::move(entry));
    if (!line.ends()) line.fail("there is something behind the value of " + entry.key);
    for (TomlEntry const& earlier : entries)
      if (earlier.key == entry.key)
        line.fail(entry.key + " is given already in line " + std::to_string(earlier.line));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace ai500
