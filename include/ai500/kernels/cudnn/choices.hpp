// SPDX-License-Identifier: Apache-2.0
/// @file Measured choices among plans, kept in a text file; defined in choices.ipp. Needs no cuDNN.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ai500::kernels::cudnn {

/// One pattern's choice, on one GPU with one version of cuDNN.
struct Choice {
  std::string device;         ///< "NVIDIA H200"
  std::string library;        ///< "cuDNN 9.19.0"
  std::string pattern;        ///< kind, shapes, arithmetic, repeatability
  std::size_t candidate = 0;  ///< place among the plans that were found, the heuristics' order
  std::int64_t engine = 0;    ///< the plan's: tells a list that has changed
  double microseconds = 0;    ///< measured

  bool operator==(Choice const&) const = default;
};

/// The choices of a file: a line each, its fields separated by tabs, in the order of Choice.
class Choices {
 public:
  /// Reads the file; one that does not exist holds none.
  /// @throws UsageError naming file and line of what is no choice, or a file that cannot be read
  explicit Choices(std::string file);

  std::optional<Choice> find(std::string const& device, std::string const& library,
                             std::string const& pattern) const;

  /// Adds a choice, in the place of an older one, and writes the file: whole, under another name
  /// first, for other ranks read it. @throws OutputError when it cannot be written
  void add(Choice choice);

  std::vector<Choice> const& all() const { return choices_; }

 private:
  std::string file_;
  std::vector<Choice> choices_;
};

/// The index of the least of some times; the first of equals.
std::size_t fastest(std::vector<double> const& times);

}  // namespace ai500::kernels::cudnn
