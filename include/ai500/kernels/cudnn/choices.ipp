// SPDX-License-Identifier: Apache-2.0
/// @file The definitions of choices.hpp.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include <unistd.h>

#include <ai500/core/error.hpp>
#include <ai500/kernels/cudnn/choices.hpp>

namespace ai500::kernels::cudnn {

namespace detail {

inline std::optional<Choice> choice_of(std::string const& line) {
  std::istringstream fields(line);
  Choice choice;
  std::string candidate, engine, microseconds;
  bool const complete =
      std::getline(fields, choice.device, '\t') && std::getline(fields, choice.library, '\t') &&
      std::getline(fields, choice.pattern, '\t') && std::getline(fields, candidate, '\t') &&
      std::getline(fields, engine, '\t') && std::getline(fields, microseconds);
  if (!complete) return std::nullopt;
  auto number = [](std::string const& text, auto& value) {
    std::istringstream stream(text);
    return static_cast<bool>(stream >> value) && stream.eof();
  };
  if (!number(candidate, choice.candidate) || !number(engine, choice.engine) ||
      !number(microseconds, choice.microseconds))
    return std::nullopt;
  return choice;
}

}  // namespace detail

Choices::Choices(std::string file) : file_(std::move(file)) {
  std::error_code code;
  if (!std::filesystem::exists(file_, code)) return;
  std::ifstream stream(file_);
  if (!stream || !std::filesystem::is_regular_file(file_, code))
    throw UsageError("choices of cuDNN's engines: " + file_ + " cannot be read");
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    auto choice = detail::choice_of(line);
    if (!choice)
      throw UsageError(
          "choices of cuDNN's engines: line " + std::to_string(number) + " of " + file_ +
          " must be six fields with tabs between them: device, library, pattern, "
          "candidate, engine, microseconds; delete the file to have it measured again");
    choices_.push_back(std::move(*choice));
  }
}

std::optional<Choice> Choices::find(std::string const& device, std::string const& library,
                                    std::string const& pattern) const {
  for (Choice const& one : choices_)
    if (one.device == device && one.library == library && one.pattern == pattern) return one;
  return std::nullopt;
}

void Choices::add(Choice choice) {
  std::erase_if(choices_, [&](Choice const& one) {
    return one.device == choice.device && one.library == choice.library &&
           one.pattern == choice.pattern;
  });
  choices_.push_back(std::move(choice));
  std::string const temporary = file_ + "." + std::to_string(getpid());
  std::ofstream stream(temporary);
  stream << "# device\tlibrary\tpattern\tcandidate\tengine\tmicroseconds\n";
  for (Choice const& one : choices_)
    stream << one.device << '\t' << one.library << '\t' << one.pattern << '\t' << one.candidate
           << '\t' << one.engine << '\t' << one.microseconds << '\n';
  stream.close();
  std::error_code code;
  if (stream) std::filesystem::rename(temporary, file_, code);
  if (!stream || code)
    throw OutputError("choices of cuDNN's engines: " + file_ + " cannot be written");
}

std::size_t fastest(std::vector<double> const& times) {
  return static_cast<std::size_t>(std::ranges::min_element(times) - times.begin());
}

}  // namespace ai500::kernels::cudnn
