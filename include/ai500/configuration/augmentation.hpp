// SPDX-License-Identifier: Apache-2.0
/// @file How training images are changed each time that they are trained on; never those of an
/// evaluation.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <ai500/core/described.hpp>
#include <ai500/core/types.hpp>

namespace ai500 {

/// What a user can ask for.
enum class Augmentation {
  none,
  crop_and_mirror  ///< CropAndMirror
};

/// "none", "crop-and-mirror": the words of the command line.
constexpr std::string_view name(Augmentation augmentation) {
  return augmentation == Augmentation::none ? "none" : "crop-and-mirror";
}

/// An image is padded on all sides; what is trained on is cut out of that anywhere, as large as the
/// image, and mirrored (left and right exchanged) every other time. The padding is 0 in normalised
/// pixels: the mean.
///
/// He, Zhang, Ren, Sun: Deep residual learning for image recognition (CVPR 2016), section 4.2.
struct CropAndMirror {
  static constexpr std::string_view name = "crop and mirror";

  Count padding = 4;  ///< pixels on each side; less than a side of the image

  std::string settings() const { return "padding " + std::to_string(padding); }

  friend constexpr bool operator==(CropAndMirror const&, CropAndMirror const&) = default;
};

/// As reports and a member's settings say it: "none", "crop and mirror (padding 4)".
inline std::string described(std::optional<CropAndMirror> const& augmentation) {
  return augmentation ? described(*augmentation) : std::string(name(Augmentation::none));
}

}  // namespace ai500
