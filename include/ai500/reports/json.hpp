// SPDX-License-Identifier: Apache-2.0
/// @file Reports as JSON, in SI units; defined in json.ipp, which needs nlohmann/json.
#pragma once

#include <string>
#include <string_view>

#include <ai500/reports/report.hpp>
#include <ai500/training/member_record.hpp>

namespace ai500 {

/// The contents of result.json, as docs/result.schema.json defines them: indented, ends with a
/// newline. Numbers that are not finite become null, since JSON has none; bytes that are not UTF-8
/// become U+FFFD. `passed` is left out of a quick run.
std::string to_json(Report const& report);

/// One member, with the keys that it has in result.json: indented, ends with a newline.
std::string to_json(MemberRecord const& member);

/// Reads what `to_json(MemberRecord)` wrote; null comes back as NaN. Keys it does not know are left
/// to newer versions.
///
/// @param file names the text in messages.
/// @throws OutputError naming the file and the key: no JSON, a key that is missing, of the wrong
///         type or out of its range.
MemberRecord member_from_json(std::string_view text, std::string_view file);

}  // namespace ai500
