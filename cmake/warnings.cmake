# SPDX-License-Identifier: Apache-2.0

# ai500_warnings(<target>): how one of ai500's own targets is compiled: ISO C++, all warnings.
function(ai500_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # Warns of any "text" + std::string(...) when optimizing: https://gcc.gnu.org/PR105651
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  set_target_properties(
    ${target} PROPERTIES CXX_EXTENSIONS OFF COMPILE_WARNING_AS_ERROR "${AI500_WARNINGS_AS_ERRORS}")
endfunction()
