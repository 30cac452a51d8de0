// SPDX-License-Identifier: Apache-2.0
// The library ai500::run: what is slow to compile, once.
#include "git_revision.hpp"  // AI500_GIT_REVISION; written at each build by git_revision.cmake
//
#include <ai500/implementation.hpp>
