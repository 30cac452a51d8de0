# SPDX-License-Identifier: Apache-2.0
# What is installed: headers, the files that make the targets in a consumer's build, and the git
# revision that they were installed from. Nothing of it depends on the machine. cpack makes a TGZ and
# Debian's libai500-dev of it.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_folder ${CMAKE_INSTALL_DATADIR}/cmake/ai500)
set(generated ${PROJECT_BINARY_DIR}/generated)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ai500 DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN *.hpp PATTERN *.ipp PATTERN *.cuh)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/ai500Config.cmake.in ${generated}/ai500Config.cmake
  INSTALL_DESTINATION ${package_folder} PATH_VARS CMAKE_INSTALL_INCLUDEDIR
  NO_CHECK_REQUIRED_COMPONENTS_MACRO NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${generated}/ai500ConfigVersion.cmake COMPATIBILITY SameMinorVersion
                                 ARCH_INDEPENDENT)
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
install(
  FILES ${sources}
        ${CMAKE_CURRENT_LIST_DIR}/cuda.cmake
        ${CMAKE_CURRENT_LIST_DIR}/find_cublaslt.cmake
        ${CMAKE_CURRENT_LIST_DIR}/find_cuda.cmake
        ${CMAKE_CURRENT_LIST_DIR}/find_cudnn.cmake
        ${CMAKE_CURRENT_LIST_DIR}/find_nccl.cmake
        ${CMAKE_CURRENT_LIST_DIR}/nvidia_folders.cmake
        ${CMAKE_CURRENT_LIST_DIR}/packages.cmake
        ${CMAKE_CURRENT_LIST_DIR}/targets.cmake
        ${CMAKE_CURRENT_LIST_DIR}/warnings.cmake
        ${generated}/ai500Config.cmake
        ${generated}/ai500ConfigVersion.cmake
  DESTINATION ${package_folder})

install(DIRECTORY ${CMAKE_CURRENT_LIST_DIR}/cuda DESTINATION ${package_folder})

# At install time: the last commit may be younger than the last configuration.
install(CODE "execute_process(COMMAND \"${CMAKE_COMMAND}\" -D \"SOURCE=${PROJECT_SOURCE_DIR}\"
              -D \"HEADER=${generated}/git_revision.hpp\"
              -P \"${CMAKE_CURRENT_LIST_DIR}/git_revision.cmake\" COMMAND_ERROR_IS_FATAL ANY)")
install(FILES ${generated}/git_revision.hpp DESTINATION ${package_folder})

# A project that brings ai500 along packs itself.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
set(CPACK_GENERATOR TGZ DEB)
set(CPACK_PACKAGE_CONTACT "The authors of ai500 <ai500@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_FILE_NAME ai500-${PROJECT_VERSION})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_DEBIAN_PACKAGE_NAME libai500-dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
# The headers alone need nothing but a compiler; what a benchmark links needs the libraries.
list(JOIN ai500_debian_packages ", " recommended)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "g++, cmake (>= 3.25), ${recommended}")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS dataset-fashion-mnist)
include(CPack)
