# SPDX-License-Identifier: Apache-2.0
# Finds nvcc, CUDA's headers and its runtime library, for component cuda of packages.cmake.
#   out  ai500_missing_cuda                    empty where they are there and work
#        ai500_cuda_problem                    what is missing, in words
#        ai500_cuda_version, ai500_nvcc        "13.0"; nvcc with the options that all device code needs
#        AI500_CUDA_INCLUDE_DIR, AI500_CUDA_RUNTIME
set(ai500_cuda_problem "")

# ai500_cuda_wheels(<result> <site-packages>...): folders of CUDA's Python packages (nvidia/cu13 since
# CUDA 13; nvidia/cuda_nvcc and nvidia/cuda_runtime before).
function(ai500_cuda_wheels result)
  set(all "")
  foreach(folder IN LISTS ARGN)
    file(GLOB wheels ${folder}/nvidia/cu[0-9]* ${folder}/nvidia/cuda_nvcc
         ${folder}/nvidia/cuda_runtime)
    list(APPEND all ${wheels})
  endforeach()
  set(${result} ${all} PARENT_SCOPE)
endfunction()

# Where CUDA is installed, best first: what the user says or has activated (EasyBuild's modules, conda,
# a virtual environment), NVIDIA's own package, Debian's, Python's.
function(ai500_cuda_folders result)
  set(activated "")
  if(DEFINED ENV{VIRTUAL_ENV})
    file(GLOB activated $ENV{VIRTUAL_ENV}/lib/python3*/site-packages)
    ai500_cuda_wheels(activated ${activated})
  endif()
  find_program(AI500_PYTHON python3)
  mark_as_advanced(AI500_PYTHON)
  set(python_folders "")
  if(AI500_PYTHON)
    execute_process(
      COMMAND ${AI500_PYTHON} -c
              "import site, sysconfig; print(sysconfig.get_paths()['purelib'], site.getusersitepackages(), sep=';', end='')"
      OUTPUT_VARIABLE python_folders ERROR_QUIET)
    ai500_cuda_wheels(python_folders ${python_folders})
  endif()
  set(${result} ${CUDAToolkit_ROOT} $ENV{CUDAToolkit_ROOT} $ENV{CUDA_HOME} $ENV{CUDA_PATH}
                $ENV{EBROOTCUDA} $ENV{CONDA_PREFIX} ${activated} /usr/local/cuda /usr/lib/cuda
                ${python_folders} PARENT_SCOPE)
endfunction()

# What nvcc compiles with: the C++ compiler of this build if that is g++, else the one nvcc chooses.
function(ai500_cuda_host_compiler result)
  set(options "")
  if(CMAKE_CUDA_HOST_COMPILER)
    set(options -ccbin=${CMAKE_CUDA_HOST_COMPILER})
  elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(options -ccbin=${CMAKE_CXX_COMPILER})
  endif()
  set(${result} ${options} PARENT_SCOPE)
endfunction()

# Sets ai500_cuda_problem to what is missing, in words; empty where there is a CUDA that works.
macro(ai500_find_cuda)
  ai500_cuda_folders(ai500_folders)
  find_program(AI500_CUDA_NVCC nvcc HINTS ${ai500_folders} ${CMAKE_CUDA_COMPILER} PATH_SUFFIXES bin)
  if(AI500_CUDA_NVCC)
    # The header and the library of this nvcc go before others.
    file(REAL_PATH ${AI500_CUDA_NVCC} ai500_nvcc)
    cmake_path(GET ai500_nvcc PARENT_PATH ai500_nvcc_folder)
    cmake_path(GET ai500_nvcc_folder PARENT_PATH ai500_nvcc_folder)
    list(PREPEND ai500_folders ${ai500_nvcc_folder})
  endif()
  find_path(AI500_CUDA_INCLUDE_DIR cuda_runtime_api.h HINTS ${ai500_folders}
            PATH_SUFFIXES include targets/${CMAKE_SYSTEM_PROCESSOR}-linux/include)
  find_library(
    AI500_CUDA_RUNTIME NAMES cudart libcudart.so.13 libcudart.so.12 NAMES_PER_DIR HINTS ${ai500_folders}
    PATH_SUFFIXES lib64 lib targets/${CMAKE_SYSTEM_PROCESSOR}-linux/lib
                  lib/${CMAKE_LIBRARY_ARCHITECTURE})
  mark_as_advanced(AI500_CUDA_NVCC AI500_CUDA_INCLUDE_DIR AI500_CUDA_RUNTIME)

  if(NOT AI500_CUDA_NVCC)
    set(ai500_cuda_problem "no nvcc found")
  elseif(NOT AI500_CUDA_INCLUDE_DIR)
    set(ai500_cuda_problem "${AI500_CUDA_NVCC} found, but no cuda_runtime_api.h")
  elseif(NOT AI500_CUDA_RUNTIME)
    set(ai500_cuda_problem "${AI500_CUDA_NVCC} found, but no libcudart")
  else()
    execute_process(COMMAND ${AI500_CUDA_NVCC} --version OUTPUT_VARIABLE ai500_said ERROR_QUIET)
    string(REGEX MATCH "release ([0-9]+\\.[0-9]+)" ai500_said "${ai500_said}")
    set(ai500_cuda_version ${CMAKE_MATCH_1})
    if(ai500_cuda_version VERSION_LESS 12)
      set(ai500_cuda_problem
          "${AI500_CUDA_NVCC} is ${ai500_cuda_version}; C++20 needs CUDA 12 or later")
    else()
      ai500_try_nvcc()
    endif()
  endif()
endmacro()

# Whether nvcc and the compiler of this build go together; tried once for each pair.
macro(ai500_try_nvcc)
  ai500_cuda_host_compiler(ai500_host)
  set(ai500_nvcc ${AI500_CUDA_NVCC} -std=c++20 --expt-relaxed-constexpr ${ai500_host}
                 -I${AI500_CUDA_INCLUDE_DIR})
  set(ai500_pair "${ai500_nvcc} ${ai500_cuda_version} ${CMAKE_CXX_COMPILER_VERSION}")
  if(NOT AI500_CUDA_TRIED STREQUAL ai500_pair)
    set(ai500_trial ${CMAKE_CURRENT_BINARY_DIR}/ai500_trial.cu)
    file(WRITE ${ai500_trial} "#include <span>\n#include <string>\n__global__ void trial() {}\n"
                              "template <class T> concept Any = requires { typename T; };\n")
    execute_process(
      COMMAND ${ai500_nvcc} -c ${ai500_trial} -o ${ai500_trial}.o
      RESULT_VARIABLE ai500_failed OUTPUT_VARIABLE ai500_said ERROR_VARIABLE ai500_said)
    if(ai500_failed)
      set(ai500_cuda_problem "${AI500_CUDA_NVCC} does not work here:\n${ai500_said}")
    else()
      set(AI500_CUDA_TRIED ${ai500_pair} CACHE INTERNAL "This nvcc compiles with this compiler")
    endif()
  endif()
endmacro()

ai500_find_cuda()
if(ai500_cuda_problem)
  set(ai500_missing_cuda cuda-toolkit) # of NVIDIA's own repository
endif()
