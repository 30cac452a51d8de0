# SPDX-License-Identifier: Apache-2.0
# Finds cuBLASLt where CUDA's own installer, Debian, conda, EasyBuild and pip wheels put it (for
# packages.cmake): makes ai500_found::cublaslt, or says in ai500_cublaslt_problem what is missing. Needs
# what find_cudnn.cmake has looked for before: cudnn_roots and CUDA's headers. Wheels hold no unversioned
# .so: hence the library's other names. A person says where it is with CUBLAS_ROOT, as a CMake or an
# environment variable.
set(cublas_roots "${CUBLAS_ROOT}" "$ENV{CUBLAS_ROOT}" ${ai500_folders})
foreach(root IN LISTS cudnn_roots)
  # Beside nvidia/cudnn: nvidia/cu13 since CUDA 13, nvidia/cublas before.
  cmake_path(GET root PARENT_PATH folder)
  file(GLOB wheels ${folder}/cu1[0-9] ${folder}/cublas)
  list(APPEND cublas_roots ${wheels} ${root})
endforeach()
list(REMOVE_ITEM cublas_roots "")
list(REMOVE_DUPLICATES cublas_roots)

find_path(AI500_cublaslt_INCLUDE_DIR cublasLt.h HINTS ${cublas_roots} PATH_SUFFIXES ${include_suffixes})
find_library(
  AI500_cublaslt_LIBRARY NAMES cublasLt libcublasLt.so.13 libcublasLt.so.12 NAMES_PER_DIR
  HINTS ${AI500_cublaslt_INCLUDE_DIR}/.. ${AI500_cublaslt_INCLUDE_DIR}/../.. ${cublas_roots}
  PATH_SUFFIXES lib lib64 lib/${CMAKE_LIBRARY_ARCHITECTURE})
mark_as_advanced(AI500_cublaslt_INCLUDE_DIR AI500_cublaslt_LIBRARY)

set(ai500_cublaslt_problem "")
if(NOT AI500_cublaslt_INCLUDE_DIR)
  set(ai500_cublaslt_problem "cublasLt.h was not found")
elseif(NOT AI500_cublaslt_LIBRARY)
  set(ai500_cublaslt_problem "libcublasLt was not found")
elseif(NOT TARGET ai500_found::cublaslt)
  add_library(ai500_found::cublaslt INTERFACE IMPORTED GLOBAL)
  target_include_directories(ai500_found::cublaslt INTERFACE ${AI500_cublaslt_INCLUDE_DIR})
  target_link_libraries(ai500_found::cublaslt INTERFACE ${AI500_cublaslt_LIBRARY})
endif()
