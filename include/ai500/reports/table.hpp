// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <ai500/reports/report.hpp>

namespace ai500 {

/// The report as text for people, in the manner of HPL: at most 80 columns (only a word that is
/// longer by itself goes beyond), G, T, P and E for FLOPS, the verdict at the end. A quick run is
/// labelled NOT A RESULT and neither PASSED nor FAILED. Defined in table.ipp.
std::string describe(Report const& report);

}  // namespace ai500
