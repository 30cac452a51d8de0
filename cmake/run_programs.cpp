// SPDX-License-Identifier: Apache-2.0
// The library ai500::run, graphs, programs and what ranks do with them: what needs no library.
#include <ai500/collectives/shared_memory.ipp>
#include <ai500/collectives/slice_sum.ipp>
#include <ai500/collectives/threads.ipp>
#include <ai500/devices/cores.ipp>
#include <ai500/graph/describe.ipp>
#include <ai500/graph/fuse.ipp>
#include <ai500/graph/lower.ipp>
#include <ai500/graph/memory_plan.ipp>
#include <ai500/graph/store_weights.ipp>
#include <ai500/kernels/choices.ipp>
#include <ai500/parallel_modes/micro_batches.ipp>
#include <ai500/parallel_modes/reduction_buckets.ipp>
#include <ai500/parallelism/parallelism_controller.ipp>
#include <ai500/training/prepared_program.ipp>
#include <ai500/training/tuning.ipp>
#include <ai500/workbench/check.ipp>
#include <ai500/workbench/pairs.ipp>
#include <ai500/workbench/tables.ipp>
