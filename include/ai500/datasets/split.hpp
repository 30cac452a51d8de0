// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ai500 {

/// The part of a data set: what members are trained with, and what their quality is measured on.
enum class Split { train, test };

}  // namespace ai500
