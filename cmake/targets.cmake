# SPDX-License-Identifier: Apache-2.0
# The targets that a benchmark links. None of them hands a compiler flag to its consumer.
include(warnings)

# ai500::ai500: all headers; those that include no library need nothing but a compiler.
file(GLOB_RECURSE ai500_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/ai500/*.hpp
     ${PROJECT_SOURCE_DIR}/include/ai500/*.ipp)
add_library(ai500 INTERFACE)
add_library(ai500::ai500 ALIAS ai500)
target_compile_features(ai500 INTERFACE cxx_std_20)
target_sources(ai500 INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES
                               ${ai500_headers})

# ai500_interface(<name> <libraries>...): ai500::<name>, headers that include these libraries.
function(ai500_interface name)
  add_library(ai500_${name} INTERFACE)
  add_library(ai500::${name} ALIAS ai500_${name})
  set_target_properties(ai500_${name} PROPERTIES EXPORT_NAME ${name})
  target_link_libraries(ai500_${name} INTERFACE ai500 ${ARGN})
endfunction()

# ai500_compiled_once(<name> <libraries>...): ai500::<name>, made of cmake/<name>.cpp: what takes many
# seconds to compile. The consumer's build compiles it here, once, so that none of his own files pays
# for it (docs/decisions/0001).
function(ai500_compiled_once name)
  add_library(ai500_${name} STATIC ${PROJECT_SOURCE_DIR}/cmake/${name}.cpp)
  add_library(ai500::${name} ALIAS ai500_${name})
  set_target_properties(ai500_${name} PROPERTIES EXPORT_NAME ${name})
  target_link_libraries(ai500_${name} PUBLIC ai500 ${ARGN})
  ai500_warnings(ai500_${name})
endfunction()

# ai500::zlib: data sets that are stored compressed.
if(ZLIB_FOUND)
  ai500_compiled_once(zlib PRIVATE ZLIB::ZLIB)
endif()

# ai500::mpi: ranks that are MPI processes.
if(ai500_with_mpi)
  ai500_interface(mpi MPI::MPI_C)
  target_compile_definitions(ai500_mpi INTERFACE OMPI_SKIP_MPICXX=1)
endif()

# ai500::eigen: the reference kernels.
if(Eigen3_FOUND)
  ai500_compiled_once(eigen PRIVATE $<BUILD_INTERFACE:Eigen3::Eigen>)
endif()

# ai500::onednn: the fast kernels of CPUs, which leave some steps to the reference kernels. Their
# threads are libgomp's, as oneDNN's are.
if(onednn_FOUND AND TARGET ai500::eigen)
  ai500_compiled_once(onednn ai500_eigen ai500_found::onednn gomp)
endif()

# ai500::run: the command line, the reports and whatever else is no template.
if(CLI11_FOUND AND tomlplusplus_FOUND AND nlohmann_json_FOUND AND xxhash_FOUND)
  ai500_compiled_once(
    run
    PRIVATE
    $<BUILD_INTERFACE:CLI11::CLI11>
    $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>
    $<BUILD_INTERFACE:ai500_found::tomlplusplus>
    ai500_found::xxhash)

  set(generated ${PROJECT_BINARY_DIR}/generated)
  add_custom_target(
    ai500_git_revision
    COMMAND ${CMAKE_COMMAND} -D SOURCE=${PROJECT_SOURCE_DIR} -D HEADER=${generated}/git_revision.hpp
            -P ${PROJECT_SOURCE_DIR}/cmake/git_revision.cmake
    BYPRODUCTS ${generated}/git_revision.hpp
    COMMENT "Asking git for ai500's revision")
  add_dependencies(ai500_run ai500_git_revision)
  target_include_directories(ai500_run PRIVATE ${generated})
endif()
