// SPDX-License-Identifier: Apache-2.0
/// @file Where a run ran and what it was built from; defined in environment.ipp.
#pragma once

#include <string>
#include <vector>

namespace ai500 {

/// A library that a policy uses: the name its authors give it, and the version at run time.
struct Library {
  std::string name = {};
  std::string version = {};
};

/// The machine of the process that reports (rank 0) and the program that ran on it.
struct Environment {
  std::string host = {};
  std::string cpu = {};  ///< the model's name, as /proc/cpuinfo gives it
  int cores = 0;         ///< cores that this process may use: its affinity mask
  int host_cores = 0;    ///< cores of the host that are online
  std::string compiler = {};
  std::vector<Library> libraries = {};
  std::string git_revision = {};      ///< of ai500's sources; "unknown" outside a checkout
  std::string operating_system = {};  ///< distribution, kernel and machine
};

/// Describes this process and its machine. What cannot be found out is "unknown"; nothing throws,
/// since a report must not fail for want of a name.
///
/// @param libraries what the policies say they use, in the order to be printed.
Environment this_environment(std::vector<Library> libraries);

}  // namespace ai500
