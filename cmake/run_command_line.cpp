// SPDX-License-Identifier: Apache-2.0
// The library ai500::run, the command line: what needs CLI11 and toml++.
#include <ai500/command_line.ipp>
#include <ai500/configuration/batch_plan.ipp>
#include <ai500/configuration/checks.ipp>
#include <ai500/configuration/ensemble_shape.ipp>
#include <ai500/configuration/run_settings.ipp>
#include <ai500/workbench/options.ipp>
