# SPDX-License-Identifier: Apache-2.0
# Finds cuDNN where CUDA's own installer, Debian, conda, EasyBuild and pip wheels put it (for
# packages.cmake): makes ai500_found::cudnn, or says in ai500_cudnn_problem what is missing and adds to
# ai500_missing_cudnn. Wheels hold no unversioned .so: hence the library's second name.
# A person says where it is with -DCUDNN_ROOT=... or the environment variable CUDNN_ROOT.
include(${CMAKE_CURRENT_LIST_DIR}/nvidia_folders.cmake)
ai500_nvidia_folders(cudnn_roots cudnn)
find_path(AI500_cudnn_INCLUDE_DIR cudnn.h HINTS ${cudnn_roots} PATH_SUFFIXES ${ai500_nvidia_include_suffixes})
find_path(AI500_cudnn_CUDA_INCLUDE_DIR cuda_runtime_api.h HINTS ${cudnn_roots} PATH_SUFFIXES ${ai500_nvidia_include_suffixes})
# The library beside the header first: two installations must not be mixed.
find_library(AI500_cudnn_LIBRARY NAMES cudnn libcudnn.so.9
             HINTS ${AI500_cudnn_INCLUDE_DIR}/.. ${AI500_cudnn_INCLUDE_DIR}/../.. ${cudnn_roots} PATH_SUFFIXES lib lib64)
mark_as_advanced(AI500_cudnn_INCLUDE_DIR AI500_cudnn_CUDA_INCLUDE_DIR AI500_cudnn_LIBRARY)

# Planning without a GPU needs device descriptions, which 9.8 brought.
set(ai500_cudnn_problem "")
if(NOT AI500_cudnn_INCLUDE_DIR)
  set(ai500_cudnn_problem "cudnn.h was not found")
elseif(NOT AI500_cudnn_LIBRARY)
  set(ai500_cudnn_problem "libcudnn.so.9 was not found")
elseif(NOT AI500_cudnn_CUDA_INCLUDE_DIR)
  set(ai500_cudnn_problem "cuda_runtime_api.h, which cudnn.h includes, was not found")
else()
  set(cudnn_version "")
  if(EXISTS ${AI500_cudnn_INCLUDE_DIR}/cudnn_version.h)
    file(STRINGS ${AI500_cudnn_INCLUDE_DIR}/cudnn_version.h lines
         REGEX "^#define CUDNN_(MAJOR|MINOR|PATCHLEVEL) +[0-9]+")
    list(TRANSFORM lines REPLACE ".* " "" OUTPUT_VARIABLE cudnn_version)
    list(JOIN cudnn_version "." cudnn_version)
  endif()
  if(cudnn_version VERSION_LESS 9.8)
    set(ai500_cudnn_problem "cuDNN ${cudnn_version} in ${AI500_cudnn_INCLUDE_DIR} is older than 9.8")
  endif()
endif()

if(ai500_cudnn_problem)
  list(APPEND ai500_missing_cudnn cudnn)
elseif(NOT TARGET ai500_found::cudnn)
  add_library(ai500_found::cudnn INTERFACE IMPORTED GLOBAL)
  target_include_directories(ai500_found::cudnn INTERFACE ${AI500_cudnn_INCLUDE_DIR}
                                                          ${AI500_cudnn_CUDA_INCLUDE_DIR})
  target_link_libraries(ai500_found::cudnn INTERFACE ${AI500_cudnn_LIBRARY})
endif()
