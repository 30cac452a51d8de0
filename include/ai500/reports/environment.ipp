// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/utsname.h>
#include <unistd.h>

#include <ai500/collectives/host_name.hpp>
#include <ai500/core/error.hpp>
#include <ai500/devices/cores.hpp>
#include <ai500/reports/environment.hpp>
#include <ai500/storage/files.hpp>

namespace ai500::reports {

/// The value behind "NAME", blanks and a separator, in a system's text file; empty if it is not
/// there: `model name : AMD EPYC`, `PRETTY_NAME="Debian"`.
inline std::string system_value(char const* file, std::string_view name, char separator) {
  std::string text;
  try {
    text = read_file(file, 1 << 26);  // /proc/cpuinfo of a thousand cores has some megabytes
  } catch (OutputError const&) {
    return "";
  }
  for (std::string_view rest = text; !rest.empty();) {
    std::size_t const end = rest.find('\n');
    std::string_view const line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    std::size_t const middle = line.find(separator);
    if (!line.starts_with(name) || middle == std::string_view::npos) continue;
    if (line.find_first_not_of(" \t", name.size()) != middle) continue;
    std::string_view value = line.substr(middle + 1);
    constexpr std::string_view around = " \t\"";
    if (value.find_first_not_of(around) == std::string_view::npos) return "";
    value.remove_prefix(value.find_first_not_of(around));
    return std::string(value.substr(0, value.find_last_not_of(around) + 1));
  }
  return "";
}

/// The compiler of this file, and so of the whole program: its users compile it themselves, and may
/// forget to say that it is to be fast.
inline std::string compiler() {
#if defined(__clang__)
  std::string text = __VERSION__;  // "Debian Clang 14.0.6": says its own name
#else
  std::string text = std::string("g++ ") + __VERSION__;
#endif
#if !defined(__OPTIMIZE__)
  text += ", without optimization";
#endif
  return text;
}

inline std::string git_revision() {
#ifdef AI500_GIT_REVISION
  return AI500_GIT_REVISION;
#else
  return "unknown";
#endif
}

}  // namespace ai500::reports

namespace ai500 {

Environment this_environment(std::vector<Library> libraries) {
  Environment environment;
  environment.host = host_name();
  environment.cores = available_cores().count;
  environment.host_cores = host_cores();
  environment.compiler = reports::compiler();
  environment.libraries = std::move(libraries);
  environment.git_revision = reports::git_revision();

  utsname system{};
  bool const is_known = ::uname(&system) == 0;
  std::string const machine = is_known ? system.machine : "unknown";
  environment.cpu = reports::system_value("/proc/cpuinfo", "model name", ':');
  // Only x86 gives a name there.
  if (environment.cpu.empty()) environment.cpu = "unknown (" + machine + ")";
  environment.operating_system = reports::system_value("/etc/os-release", "PRETTY_NAME", '=');
  if (environment.operating_system.empty()) environment.operating_system = "unknown";
  if (is_known)
    environment.operating_system +=
        std::string(", ") + system.sysname + ' ' + system.release + ' ' + machine;
  return environment;
}

}  // namespace ai500
