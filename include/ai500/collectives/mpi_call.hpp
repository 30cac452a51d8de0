// SPDX-License-Identifier: Apache-2.0
/// @file What every call into MPI needs.
#pragma once

#ifndef OMPI_SKIP_MPICXX
#define OMPI_SKIP_MPICXX 1
#endif
#include <mpi.h>

#include <array>
#include <string>
#include <type_traits>

#include <ai500/core/error.hpp>
#include <ai500/core/types.hpp>

namespace ai500::collectives::mpi {

/// @throws CollectiveError naming the function that failed and MPI's own text
inline void check(int code, char const* function) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  throw CollectiveError(std::string(function) + ": " + text.data());
}

/// MPI's name of a number type.
template <class T>
MPI_Datatype datatype() {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>);
  return std::is_same_v<T, float> ? MPI_FLOAT : MPI_DOUBLE;
}

/// The elements at which Open MPI sums fastest inside one host: 4 MiB; 0.25 to 8 MB are alike.
template <class T>
inline constexpr Count piece_elements = (Count{4} << 20) / static_cast<Count>(sizeof(T));

}  // namespace ai500::collectives::mpi
