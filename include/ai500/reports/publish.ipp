// SPDX-License-Identifier: Apache-2.0
/// @file The definition of publish.hpp.
#pragma once

#include <cstdio>

#include <ai500/reports/csv.hpp>
#include <ai500/reports/json.hpp>
#include <ai500/reports/publish.hpp>
#include <ai500/reports/table.hpp>
#include <ai500/storage/files.hpp>

namespace ai500 {

void publish(Report const& report, std::string const& output) {
  std::string const text = describe(report);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
  write_atomically(output + "/result.json", to_json(report));
  append_to_csv(output + "/results.csv", report);
}

}  // namespace ai500
