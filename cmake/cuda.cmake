# SPDX-License-Identifier: Apache-2.0
# NVIDIA GPUs: ai500::cuda and ai500_add_device_code (docs/decisions/0009), of what find_cuda.cmake found.
#
# nvcc is called by custom commands, not as a language of CMake: a target in any folder may have device
# code without enable_language(CUDA) there, CMake 3.25 does not know C++20 for nvcc, and its check of
# the compiler fails where CUDA comes as Python packages, which have no libcudart.so.

# CMAKE_CUDA_ARCHITECTURES as options of nvcc: 90 is machine code and PTX, 90-real only machine code,
# 90-virtual only PTX.
function(ai500_cuda_architecture_options result)
  set(options "")
  foreach(entry IN LISTS ai500_cuda_architectures)
    if(NOT entry MATCHES "^([0-9]+[af]?)(-real|-virtual)?$")
      list(APPEND options -arch=${entry}) # all, all-major, native
    elseif(CMAKE_MATCH_2 STREQUAL "-real")
      list(APPEND options "-gencode=arch=compute_${CMAKE_MATCH_1},code=sm_${CMAKE_MATCH_1}")
    elseif(CMAKE_MATCH_2 STREQUAL "-virtual")
      list(APPEND options "-gencode=arch=compute_${CMAKE_MATCH_1},code=compute_${CMAKE_MATCH_1}")
    else()
      list(APPEND options
           "-gencode=arch=compute_${CMAKE_MATCH_1},code=[compute_${CMAKE_MATCH_1},sm_${CMAKE_MATCH_1}]")
    endif()
  endforeach()
  set(${result} ${options} PARENT_SCOPE)
endfunction()

# Machine code for T4, A100, H100 and H200, B200, as far as this nvcc knows them; machine code of a major
# version runs on all its GPUs (8.6, 8.9, 10.3). PTX of the last for GPUs to come, which compile it when
# a program starts. Plain 90, for no functor uses what only 90a has. Older GPUs (V100) are asked for
# (CMAKE_CUDA_ARCHITECTURES=70, CUDA 12).
macro(ai500_choose_cuda_architectures)
  if(CMAKE_CUDA_ARCHITECTURES)
    set(ai500_cuda_architectures ${CMAKE_CUDA_ARCHITECTURES})
  else()
    execute_process(COMMAND ${AI500_CUDA_NVCC} --list-gpu-arch OUTPUT_VARIABLE known ERROR_QUIET)
    set(ai500_cuda_architectures "")
    foreach(architecture IN ITEMS 75 80 90 100)
      if(known MATCHES "compute_${architecture}[^0-9]")
        list(APPEND ai500_cuda_architectures ${architecture}-real)
      endif()
    endforeach()
    list(POP_BACK ai500_cuda_architectures last)
    string(REPLACE "-real" "" last "${last}")
    list(APPEND ai500_cuda_architectures ${last})
  endif()
endmacro()

# ai500_add_device_code(<target> <file.cu>...): compiles device code into a target: your functors,
# each with AI500_DEVICE_CODE(MyFunctor); in one of the files (docs/policies.md). For the compute
# capabilities of CMAKE_CUDA_ARCHITECTURES, with the target's include folders and definitions.
# ai500_nvcc_launcher is what ai500's own build puts before nvcc, for a test.
function(ai500_add_device_code target)
  if(NOT TARGET ai500_cuda)
    message(FATAL_ERROR "ai500_add_device_code(${target}): there is no ai500::cuda here: no CUDA was "
                        "found when ai500 was configured, or it was not asked for")
  endif()
  get_property(base TARGET ai500_cuda PROPERTY AI500_NVCC_COMMAND)
  set(folders "$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>")
  set(definitions "$<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>")
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}_device_code)
  file(MAKE_DIRECTORY ${folder})
  set_property(TARGET ${target} PROPERTY AI500_DEVICE_CODE_FOLDER ${folder})
  foreach(file IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH file NORMALIZE)
    cmake_path(GET file STEM name)
    set(object ${folder}/${name}.o)
    add_custom_command(
      OUTPUT ${object}
      COMMAND
        ${ai500_nvcc_launcher} ${CMAKE_CUDA_COMPILER_LAUNCHER} ${base} "$<IF:$<CONFIG:Debug>,-O1;-g,-O3;-DNDEBUG>"
        "$<$<BOOL:${folders}>:-I$<JOIN:${folders},;-I>>"
        "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>" -MD -MF ${object}.d -c ${file} -o
        ${object}
      DEPENDS ${file}
      DEPFILE ${object}.d
      COMMENT "Compiling device code ${file}"
      VERBATIM COMMAND_EXPAND_LISTS)
    set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
    target_sources(${target} PRIVATE ${object})
  endforeach()
  if(NOT target STREQUAL "ai500_cuda")
    target_link_libraries(${target} PRIVATE ai500_cuda)
  endif()
endfunction()

# ai500::cuda: devices::Cuda and the functors that ai500 ships, for GPUs. A program that uses it needs no
# header of CUDA.
if("cuda" IN_LIST ai500_found AND NOT TARGET ai500::cuda)
  ai500_choose_cuda_architectures()
  message(STATUS "ai500: CUDA ${ai500_cuda_version} (${AI500_CUDA_NVCC}, ${AI500_CUDA_RUNTIME}), "
                 "device code for compute capability ${ai500_cuda_architectures}")
  ai500_cuda_architecture_options(ai500_architectures)

  ai500_compiled_once(cuda ${AI500_CUDA_RUNTIME})
  target_include_directories(ai500_cuda SYSTEM PRIVATE ${AI500_CUDA_INCLUDE_DIR})
  set_property(TARGET ai500_cuda PROPERTY AI500_NVCC_COMMAND ${ai500_nvcc} ${ai500_architectures})
  file(GLOB ai500_device_code CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/cuda/*.cu)
  ai500_add_device_code(ai500_cuda ${ai500_device_code})
endif()
