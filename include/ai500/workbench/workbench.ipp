// SPDX-License-Identifier: Apache-2.0
/// @file What of the workbench is no template.
#pragma once

#include <ai500/workbench/check.ipp>
#include <ai500/workbench/options.ipp>
#include <ai500/workbench/pairs.ipp>
#include <ai500/workbench/tables.ipp>
