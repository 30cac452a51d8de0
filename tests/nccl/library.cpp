// SPDX-License-Identifier: Apache-2.0
// NCCL itself, without a GPU: it is linked and says its version.
#include <doctest/doctest.h>

#include <string>

#include <ai500/collectives/nccl.hpp>
#include <ai500/collectives/threads.hpp>

TEST_CASE("nccl: the library of this machine says its version") {
  std::string const version = ai500::collectives::nccl::version();
  CHECK(version.starts_with("NCCL 2."));
  CHECK(ai500::collectives::Nccl<ai500::collectives::Threads>::library() ==
        version + "; hosts: none: ranks are threads");
}
