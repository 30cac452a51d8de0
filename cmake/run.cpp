// SPDX-License-Identifier: Apache-2.0
// The library ai500::run, reports and files: what needs JSON and hashes.
#include "git_revision.hpp"  // AI500_GIT_REVISION; written at each build by git_revision.cmake
//
#include <ai500/parallelism/data_duplicator.ipp>
#include <ai500/reports/reports.ipp>
#include <ai500/storage/storage.ipp>
#include <ai500/training/checkpoint.ipp>
#include <ai500/training/settings_difference.ipp>
