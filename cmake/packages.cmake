# SPDX-License-Identifier: Apache-2.0
# Finds what ai500 can use on this machine; downloads nothing. What is missing is named all at once,
# as Debian packages: an error for ai500's own tests and examples, which need all of it. A project
# that consumes ai500 only goes without the targets that need what is missing.

# Packages that are found here serve targets that a consumer links in a folder of his own.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
set(ai500_missing "")

# ai500_find(<package> <Debian package>): find_package, quietly.
macro(ai500_find package debian_package)
  find_package(${package} QUIET)
  if(NOT ${package}_FOUND)
    list(APPEND ai500_missing ${debian_package})
  endif()
endmacro()

# ai500_find_files(<name> <Debian package> <header> [<library>]): the same, as ai500_found::<name>, for
# what has no CMake package that works everywhere.
macro(ai500_find_files name debian_package header)
  find_path(AI500_${name}_INCLUDE_DIR ${header})
  mark_as_advanced(AI500_${name}_INCLUDE_DIR)
  set(${name}_FOUND ${AI500_${name}_INCLUDE_DIR})
  if(${ARGC} GREATER 3)
    find_library(AI500_${name}_LIBRARY ${ARGV3})
    mark_as_advanced(AI500_${name}_LIBRARY)
    if(NOT AI500_${name}_LIBRARY)
      set(${name}_FOUND FALSE)
    endif()
  endif()
  if(NOT ${name}_FOUND)
    list(APPEND ai500_missing ${debian_package})
  elseif(NOT TARGET ai500_found::${name})
    add_library(ai500_found::${name} INTERFACE IMPORTED GLOBAL)
    target_include_directories(ai500_found::${name} INTERFACE ${AI500_${name}_INCLUDE_DIR})
    target_link_libraries(ai500_found::${name} INTERFACE ${AI500_${name}_LIBRARY})
  endif()
endmacro()

ai500_find(Eigen3 libeigen3-dev)
ai500_find(ZLIB zlib1g-dev)
ai500_find(CLI11 libcli11-dev)
ai500_find(nlohmann_json nlohmann-json3-dev)
if(AI500_BUILD_TESTS)
  ai500_find(doctest doctest-dev)
endif()

# oneDNN's package asks for OpenCL, which Debian's package does not bring; toml++'s for a shared
# library, though the headers are enough; xxHash has none.
ai500_find_files(onednn libdnnl-dev oneapi/dnnl/dnnl.hpp dnnl)
ai500_find_files(tomlplusplus libtomlplusplus-dev toml++/toml.h)
ai500_find_files(xxhash libxxhash-dev xxhash.h xxhash)

# Only MPI's C interface is used, and CMake looks for that with a C compiler.
set(ai500_with_mpi OFF)
if(NOT AI500_WITH_MPI STREQUAL "OFF")
  enable_language(C)
  find_package(MPI QUIET COMPONENTS C)
  if(MPI_C_FOUND)
    set(ai500_with_mpi ON)
  elseif(AI500_WITH_MPI STREQUAL "AUTO")
    message(STATUS "ai500: no MPI found, ai500::mpi is not there (Debian: libopenmpi-dev openmpi-bin)")
  else()
    list(APPEND ai500_missing libopenmpi-dev openmpi-bin)
  endif()
endif()

if(ai500_missing)
  list(JOIN ai500_missing " " missing)
  set(message "ai500 did not find all it needs; on Debian: apt-get install ${missing}")
  if(AI500_BUILD_TESTS OR AI500_BUILD_EXAMPLES OR AI500_WITH_MPI STREQUAL "ON")
    message(FATAL_ERROR "${message}")
  else()
    message(STATUS "${message}")
  endif()
endif()
