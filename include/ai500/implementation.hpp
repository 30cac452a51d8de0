// SPDX-License-Identifier: Apache-2.0
/// @file The parts of ai500 that are compiled once a program, since their libraries take seconds:
/// the command line (CLI11) and the reports (nlohmann/json, libxxhash). CMake's target `ai500::run`
/// does it; without CMake, include this in exactly one source file and link libxxhash.
#pragma once

#include <ai500/command_line.ipp>
#include <ai500/reports/reports.ipp>
