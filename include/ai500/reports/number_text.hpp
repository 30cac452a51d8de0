// SPDX-License-Identifier: Apache-2.0
/// @file Numbers as text, the same in every locale; defined in number_text.ipp.
#pragma once

#include <string>

#include <ai500/core/types.hpp>

namespace ai500::reports {

/// The shortest text that reads back as the same number; empty if it is not finite.
std::string shortest(double value);

/// With so many digits behind the point; "-" if it is not finite: it was not measured.
std::string fixed(double value, int digits);

/// With commas between thousands: "22,983,942,144".
std::string grouped(Count value);

/// FLOP/s with four significant digits or more, in G, T, P or E: "1.234 TFLOPS".
std::string flops_text(double flops);

}  // namespace ai500::reports
