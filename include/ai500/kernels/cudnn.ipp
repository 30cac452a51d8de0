// SPDX-License-Identifier: Apache-2.0
/// @file All that is compiled once for cuDNN: the target ai500::cudnn.
#pragma once

#include <ai500/kernels/cudnn/api.ipp>
#include <ai500/kernels/cudnn/patterns.ipp>
#include <ai500/kernels/cudnn/places.ipp>
#include <ai500/kernels/cudnn/plan.ipp>
#include <ai500/kernels/cudnn/planned_program.ipp>
#include <ai500/kernels/cudnn/target.ipp>
