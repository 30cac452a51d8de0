# SPDX-License-Identifier: Apache-2.0
# What ai500's targets need of a machine, by component, and whether it is there: for ai500's own build
# and for a consumer's find_package(ai500). Downloads nothing.
#   in   ai500_wanted                the components to look for: the targets run, eigen, onednn, zlib,
#                                    mpi, cuda, cudnn, nccl; in ai500's own build also tests and benchmarks
#   out  ai500_found                 those of them that lack nothing
#        ai500_missing               what the others lack, as Debian packages
#        ai500_missing_<component>   the same of one component
#        ai500_debian_packages       all that the targets can use, there or not

# Packages that are found here serve targets that a consumer links in a folder of his own.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
set(ai500_debian_packages "")
foreach(component IN LISTS ai500_wanted)
  set(ai500_missing_${component} "")
endforeach()

# ai500_find(<component> <package> <Debian packages> <arguments>...): find_package, quietly.
macro(ai500_find component package debian_packages)
  list(APPEND ai500_debian_packages ${debian_packages})
  if(${component} IN_LIST ai500_wanted)
    find_package(${package} QUIET ${ARGN})
    if(NOT ${package}_FOUND)
      list(APPEND ai500_missing_${component} ${debian_packages})
    endif()
  endif()
endmacro()

# ai500_find_files(<component> <name> <Debian package> <header> [<library>]): the same, as
# ai500_found::<name>, for what has no CMake package that works everywhere.
macro(ai500_find_files component name debian_package header)
  list(APPEND ai500_debian_packages ${debian_package})
  if(${component} IN_LIST ai500_wanted)
    find_path(AI500_${name}_INCLUDE_DIR ${header})
    mark_as_advanced(AI500_${name}_INCLUDE_DIR)
    set(${name}_FOUND ${AI500_${name}_INCLUDE_DIR})
    if(${ARGC} GREATER 4)
      find_library(AI500_${name}_LIBRARY ${ARGV4})
      mark_as_advanced(AI500_${name}_LIBRARY)
      if(NOT AI500_${name}_LIBRARY)
        set(${name}_FOUND FALSE)
      endif()
    endif()
    if(NOT ${name}_FOUND)
      list(APPEND ai500_missing_${component} ${debian_package})
    elseif(NOT TARGET ai500_found::${name})
      add_library(ai500_found::${name} INTERFACE IMPORTED GLOBAL)
      target_include_directories(ai500_found::${name} INTERFACE ${AI500_${name}_INCLUDE_DIR})
      target_link_libraries(ai500_found::${name} INTERFACE ${AI500_${name}_LIBRARY})
    endif()
  endif()
endmacro()

ai500_find(eigen Eigen3 libeigen3-dev)
ai500_find(zlib ZLIB zlib1g-dev)
ai500_find(run CLI11 libcli11-dev)
ai500_find(run nlohmann_json nlohmann-json3-dev)

# oneDNN's package asks for OpenCL, which Debian's package does not bring; toml++'s for a shared
# library, though the headers are enough; xxHash has none.
ai500_find_files(onednn onednn libdnnl-dev oneapi/dnnl/dnnl.hpp dnnl)
ai500_find_files(run tomlplusplus libtomlplusplus-dev toml++/toml.h)
ai500_find_files(run xxhash libxxhash-dev xxhash.h xxhash)

# Only MPI's C interface is used. CMake looks for that with a C compiler: the caller has enabled it.
ai500_find(mpi MPI "libopenmpi-dev;openmpi-bin" COMPONENTS C)

# CUDA comes in many ways, and from NVIDIA only.
if("cuda" IN_LIST ai500_wanted)
  include(${CMAKE_CURRENT_LIST_DIR}/find_cuda.cmake)
endif()
# cuDNN comes in many ways, and from NVIDIA only.
if("cudnn" IN_LIST ai500_wanted)
  include(${CMAKE_CURRENT_LIST_DIR}/find_cudnn.cmake)
  # Of its kernels only those of fully connected layers need cuBLASLt; its plans do without.
  include(${CMAKE_CURRENT_LIST_DIR}/find_cublaslt.cmake)
endif()

# NCCL, too; it is used on top of CUDA.
if("nccl" IN_LIST ai500_wanted)
  include(${CMAKE_CURRENT_LIST_DIR}/find_nccl.cmake)
  if(ai500_missing_cuda)
    set(ai500_nccl_problem ${ai500_cuda_problem})
    list(APPEND ai500_missing_nccl ${ai500_missing_cuda})
  endif()
endif()

# What only ai500's own build needs stands behind what a consumer needs.
set(ai500_packages_of_targets ${ai500_debian_packages})
ai500_find(tests doctest doctest-dev)
ai500_find(benchmarks benchmark libbenchmark-dev)
set(ai500_debian_packages ${ai500_packages_of_targets})

# What oneDNN has no kernel for is left to the reference kernels.
if(onednn IN_LIST ai500_wanted)
  list(APPEND ai500_missing_onednn ${ai500_missing_eigen})
endif()

set(ai500_found "")
set(ai500_missing "")
foreach(component IN LISTS ai500_wanted)
  if(ai500_missing_${component})
    list(APPEND ai500_missing ${ai500_missing_${component}})
  else()
    list(APPEND ai500_found ${component})
  endif()
endforeach()
list(REMOVE_DUPLICATES ai500_missing)
