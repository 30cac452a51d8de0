// SPDX-License-Identifier: Apache-2.0
/// @file Reports as rows of a CSV file (RFC 4180, lines end with "\n"); defined in csv.ipp.
#pragma once

#include <string>
#include <string_view>

#include <ai500/reports/report.hpp>

namespace ai500 {

/// A field as RFC 4180 writes it: in quotation marks, inner ones doubled, where it needs them.
std::string csv_field(std::string_view text);

/// The names of the columns, units in the names: one line.
std::string csv_header();

/// The columns of one report: one line. Values that are not finite, and `passed` of a quick run,
/// are empty.
std::string csv_row(Report const& report);

/// Appends a report's row with a single write, behind the header where the file is new. Several
/// runs may append to one file: it is locked meanwhile. A write that fails leaves the file as it
/// was.
///
/// @throws OutputError naming the file: it has other columns, those of another version, or cannot
///         be written.
void append_to_csv(std::string const& path, Report const& report);

}  // namespace ai500
