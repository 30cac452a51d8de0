// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <ai500/reports/report.hpp>

namespace ai500 {

/// The report as text to standard output, as result.json and as a row of results.csv to the output
/// folder. Defined in publish.ipp.
/// @throws OutputError
void publish(Report const& report, std::string const& output);

}  // namespace ai500
