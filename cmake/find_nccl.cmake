# SPDX-License-Identifier: Apache-2.0
# Finds NCCL where CUDA's own installer, Debian, conda, EasyBuild and pip wheels put it (for
# packages.cmake): makes ai500_found::nccl, or says in ai500_nccl_problem what is missing and adds to
# ai500_missing_nccl. Wheels hold no unversioned .so: hence the library's second name.
# A person says where it is with -DNCCL_ROOT=... or the environment variable NCCL_ROOT.
include(${CMAKE_CURRENT_LIST_DIR}/nvidia_folders.cmake)
ai500_nvidia_folders(nccl_roots nccl)

find_path(AI500_nccl_INCLUDE_DIR nccl.h HINTS ${nccl_roots} PATH_SUFFIXES ${ai500_nvidia_include_suffixes})
# The library beside the header first: two installations must not be mixed.
find_library(AI500_nccl_LIBRARY NAMES nccl libnccl.so.2
             HINTS ${AI500_nccl_INCLUDE_DIR}/.. ${AI500_nccl_INCLUDE_DIR}/../.. ${nccl_roots}
             PATH_SUFFIXES lib lib64)
mark_as_advanced(AI500_nccl_INCLUDE_DIR AI500_nccl_LIBRARY)

# ncclCommSplit came with 2.18.
set(ai500_nccl_problem "")
if(NOT EXISTS "${AI500_nccl_INCLUDE_DIR}/nccl.h")
  set(ai500_nccl_problem "nccl.h was not found")
elseif(NOT AI500_nccl_LIBRARY)
  set(ai500_nccl_problem "libnccl.so.2 was not found")
elseif(NOT AI500_CUDA_INCLUDE_DIR)
  set(ai500_nccl_problem "NCCL was found, but no CUDA (AI500_WITH_CUDA)")
else()
  file(STRINGS ${AI500_nccl_INCLUDE_DIR}/nccl.h lines REGEX "^#define NCCL_(MAJOR|MINOR|PATCH) +[0-9]+")
  list(TRANSFORM lines REPLACE ".* " "" OUTPUT_VARIABLE nccl_version)
  list(JOIN nccl_version "." nccl_version)
  if(nccl_version VERSION_LESS 2.18)
    set(ai500_nccl_problem "NCCL ${nccl_version} in ${AI500_nccl_INCLUDE_DIR} is older than 2.18")
  endif()
endif()

if(ai500_nccl_problem)
  list(APPEND ai500_missing_nccl nccl)
elseif(NOT TARGET ai500_found::nccl)
  add_library(ai500_found::nccl INTERFACE IMPORTED GLOBAL)
  target_include_directories(ai500_found::nccl INTERFACE ${AI500_nccl_INCLUDE_DIR} ${AI500_CUDA_INCLUDE_DIR})
  target_link_libraries(ai500_found::nccl INTERFACE ${AI500_nccl_LIBRARY})
endif()
