// SPDX-License-Identifier: Apache-2.0
/// @file Plans of cuDNN's engines, compiled. One file of a program includes it: ai500::cudnn's. Its
/// kernels are in cudnn/kernel_set.ipp.
#pragma once

#include <ai500/kernels/cudnn/api.ipp>
#include <ai500/kernels/cudnn/patterns.ipp>
#include <ai500/kernels/cudnn/plan.ipp>
#include <ai500/kernels/cudnn/planner.ipp>
#include <ai500/kernels/cudnn/step_pattern.ipp>
#include <ai500/kernels/cudnn/target.ipp>
