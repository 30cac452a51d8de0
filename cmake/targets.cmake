# SPDX-License-Identifier: Apache-2.0
# The targets that a benchmark links, of the components in ai500_found (packages.cmake). None of them
# hands a compiler flag to its consumer. Nothing binary is installed: this file makes them in ai500's
# own build and, by find_package(ai500), in a consumer's (docs/decisions/0007).
#   in   ai500_include      the folder that has ai500/run.hpp
#        ai500_repository   the checkout whose git revision reports name; empty in an installed package,
#                           whose revision stands beside this file
include(${CMAKE_CURRENT_LIST_DIR}/warnings.cmake)

# ai500::ai500: all headers; those that include no library need nothing but a compiler.
if(NOT TARGET ai500::ai500)
  add_library(ai500 INTERFACE)
  add_library(ai500::ai500 ALIAS ai500)
  target_compile_features(ai500 INTERFACE cxx_std_20)
  target_include_directories(ai500 INTERFACE ${ai500_include})
endif()

# ai500_interface(<name> <libraries>...): ai500::<name>, headers that include these libraries.
function(ai500_interface name)
  if(NOT name IN_LIST ai500_found OR TARGET ai500::${name})
    return()
  endif()
  add_library(ai500_${name} INTERFACE)
  add_library(ai500::${name} ALIAS ai500_${name})
  target_link_libraries(ai500_${name} INTERFACE ai500 ${ARGN})
endfunction()

# ai500_compiled_once(<name> <libraries>...): ai500::<name>, made of <name>*.cpp: what takes many
# seconds to compile. The consumer's build compiles it, once and only if something links it, so that
# none of his own files pays for it (docs/decisions/0001).
function(ai500_compiled_once name)
  if(NOT name IN_LIST ai500_found OR TARGET ai500::${name})
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${name}*.cpp)
  add_library(ai500_${name} STATIC EXCLUDE_FROM_ALL ${sources})
  add_library(ai500::${name} ALIAS ai500_${name})
  target_link_libraries(ai500_${name} PUBLIC ai500 ${ARGN})
  ai500_warnings(ai500_${name})
endfunction()

# ai500::zlib: data sets that are stored compressed.
ai500_compiled_once(zlib PRIVATE ZLIB::ZLIB)

# ai500::mpi: ranks that are MPI processes.
ai500_interface(mpi MPI::MPI_C)
if(TARGET ai500_mpi)
  target_compile_definitions(ai500_mpi INTERFACE OMPI_SKIP_MPICXX=1)
endif()

# ai500::eigen: the reference kernels.
ai500_compiled_once(eigen PRIVATE Eigen3::Eigen)

# ai500::onednn: the fast kernels of CPUs, which leave some steps to the reference kernels. Their
# threads are libgomp's, as oneDNN's are.
ai500_compiled_once(onednn ai500_eigen ai500_found::onednn gomp)

# ai500::cudnn: plans of cuDNN's engines for GPUs, and where CUDA and cuBLASLt are there, the kernel set
# that runs them. Needs no GPU to be compiled, linked or asked.
ai500_compiled_once(cudnn PRIVATE ai500_found::cudnn ${CMAKE_DL_LIBS})

# ai500::run: the command line, the reports and whatever else is no template.
ai500_compiled_once(run PRIVATE CLI11::CLI11 nlohmann_json::nlohmann_json ai500_found::tomlplusplus
                    ai500_found::xxhash)
if(TARGET ai500_run)
  # Text for people takes the optimizer long and gains nothing.
  set_source_files_properties(
    ${CMAKE_CURRENT_LIST_DIR}/run.cpp ${CMAKE_CURRENT_LIST_DIR}/run_command_line.cpp
    PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:-O1>)
endif()
if(TARGET ai500_run AND ai500_repository)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated)
  add_custom_target(
    ai500_git_revision
    COMMAND ${CMAKE_COMMAND} -D SOURCE=${ai500_repository} -D HEADER=${generated}/git_revision.hpp -P
            ${CMAKE_CURRENT_LIST_DIR}/git_revision.cmake
    BYPRODUCTS ${generated}/git_revision.hpp
    COMMENT "Asking git for ai500's revision")
  add_dependencies(ai500_run ai500_git_revision)
  target_include_directories(ai500_run PRIVATE ${generated})
endif()

# ai500::cuda: NVIDIA GPUs.
include(${CMAKE_CURRENT_LIST_DIR}/cuda.cmake)

# ai500::nccl: sums over GPUs.
if(TARGET ai500_cuda)
  ai500_compiled_once(nccl ai500_cuda PRIVATE ai500_found::nccl)
endif()

# ai500::cudnn has kernels::CuDnn, too, where there is ai500::cuda and cuBLASLt.
if(TARGET ai500_cudnn AND TARGET ai500_cuda)
  get_target_property(ai500_cudnn_sources ai500_cudnn SOURCES)
  if(NOT TARGET ai500_found::cublaslt)
    message(STATUS "ai500: ai500::cudnn plans only, kernels::CuDnn is not there: ${ai500_cublaslt_problem}")
  elseif(NOT ai500_cudnn_sources MATCHES "kernel_set_of_cudnn")
    target_sources(ai500_cudnn PRIVATE ${CMAKE_CURRENT_LIST_DIR}/kernel_set_of_cudnn.cpp)
    target_link_libraries(ai500_cudnn PUBLIC ai500_cuda PRIVATE ai500_found::cublaslt)
    set_property(TARGET ai500_cudnn PROPERTY AI500_HAS_KERNEL_SET TRUE)
  endif()
endif()
