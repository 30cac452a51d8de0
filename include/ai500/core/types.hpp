// SPDX-License-Identifier: Apache-2.0
/// @file The integer types that every room shares.
#pragma once

#include <cstdint>

namespace ai500 {

/// Extents, numbers of elements, numbers of floating point operations. Signed, so that differences
/// are safe.
using Count = std::int64_t;

/// The seed of a run: the key of every random number.
using Seed = std::uint64_t;

/// A base model's number, 0 to M - 1. One job trains one base model.
using Job = std::uint32_t;

/// The position of a sample in a data set, 0 to N - 1.
using Sample = std::uint32_t;

}  // namespace ai500
