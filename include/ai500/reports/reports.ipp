// SPDX-License-Identifier: Apache-2.0
/// @file Defines what the headers of this room declare. Include it in one source file of a program.
#pragma once

#include <ai500/reports/composition.ipp>
#include <ai500/reports/csv.ipp>
#include <ai500/reports/ensemble_report.ipp>
#include <ai500/reports/environment.ipp>
#include <ai500/reports/json.ipp>
#include <ai500/reports/mean_reduction_cost.ipp>
#include <ai500/reports/member_folder.ipp>
#include <ai500/reports/number_text.ipp>
#include <ai500/reports/progress.ipp>
#include <ai500/reports/publish.ipp>
#include <ai500/reports/rates.ipp>
#include <ai500/reports/saved_predictions.ipp>
#include <ai500/reports/table.ipp>
