// SPDX-License-Identifier: Apache-2.0
/// @file The parts of ai500 that are no templates, compiled once a program, since they and their
/// libraries (CLI11, toml++, nlohmann/json, libxxhash) take seconds. CMake's target `ai500::run`
/// does it in three pieces; without CMake, include this in exactly one source file and link
/// libxxhash.
#pragma once

#include <ai500/collectives/shared_memory.ipp>
#include <ai500/collectives/slice_sum.ipp>
#include <ai500/collectives/threads.ipp>
#include <ai500/command_line.ipp>
#include <ai500/configuration/batch_plan.ipp>
#include <ai500/configuration/checks.ipp>
#include <ai500/configuration/ensemble_shape.ipp>
#include <ai500/configuration/run_settings.ipp>
#include <ai500/devices/cores.ipp>
#include <ai500/graph/describe.ipp>
#include <ai500/graph/fuse.ipp>
#include <ai500/graph/lower.ipp>
#include <ai500/graph/memory_plan.ipp>
#include <ai500/graph/store_weights.ipp>
#include <ai500/kernels/choices.ipp>
#include <ai500/parallel_modes/micro_batches.ipp>
#include <ai500/parallel_modes/reduction_buckets.ipp>
#include <ai500/parallelism/data_duplicator.ipp>
#include <ai500/parallelism/parallelism_controller.ipp>
#include <ai500/reports/reports.ipp>
#include <ai500/storage/storage.ipp>
#include <ai500/training/checkpoint.ipp>
#include <ai500/training/prepared_program.ipp>
#include <ai500/training/settings_difference.ipp>
#include <ai500/training/tuning.ipp>
#include <ai500/workbench/workbench.ipp>
