// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ai500/configuration/augmentation.hpp>
#include <ai500/core/random.hpp>
#include <ai500/kernels/functors/images.hpp>

namespace ai500 {

/// The crop of the image that stands at a place of an epoch: anywhere within the padding, mirrored
/// or not, all as likely. Keyed by (seed, job, epoch, place), so that it is the same on any number
/// of ranks and when the training goes on from a checkpoint.
/// @param epoch from 0
/// @param place s |B| + j for slot j of step s; below 2^32
constexpr kernels::functors::Crop drawn_crop(CropAndMirror const& how, Seed seed, Job job,
                                             std::uint32_t epoch, std::uint64_t place) {
  auto const words = philox({seed, job, purpose::augmentation}, std::uint64_t{epoch} << 32 | place);
  auto const shift = [&](std::uint32_t word) {  // -padding ... padding
    std::uint64_t const shifts = 2 * static_cast<std::uint64_t>(how.padding) + 1;
    std::uint64_t const chosen = random_below(std::uint64_t{word} << 32, shifts);
    return static_cast<std::int32_t>(static_cast<Count>(chosen) - how.padding);
  };
  return {shift(words[0]), shift(words[1]), static_cast<std::int32_t>(words[2] & 1)};
}

}  // namespace ai500
