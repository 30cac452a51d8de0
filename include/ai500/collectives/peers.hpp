// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace ai500::collectives {

/// How a rank that waits learns that another one has ended and will never come: for processes,
/// never, since their launcher and `Session::abort` end all of them.
struct PeersEndTogether {
  /// "rank 2 has ended: why", or empty.
  std::string who_ended() const { return {}; }
};

}  // namespace ai500::collectives
