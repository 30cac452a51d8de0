# SPDX-License-Identifier: Apache-2.0
# cmake -D SOURCE=<ai500's folder> -D HEADER=<file> -P git_revision.cmake
# Writes ai500's git revision to a header when it has changed, so that a report names the source that
# really ran, also when nobody has configured again since the last commit.
set(revision unknown)
find_program(GIT git)
if(GIT)
  set(git ${CMAKE_COMMAND} -E env GIT_OPTIONAL_LOCKS=0 ${GIT} -C ${SOURCE})
  # Not empty: SOURCE is only a folder of somebody else's repository.
  execute_process(COMMAND ${git} rev-parse --show-prefix RESULT_VARIABLE failed OUTPUT_VARIABLE prefix
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT failed AND prefix STREQUAL "")
    execute_process(COMMAND ${git} describe --always --dirty --exclude=* RESULT_VARIABLE failed
                    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT failed)
      set(revision ${described})
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT [[
#pragma once
#define AI500_GIT_REVISION "@revision@"
]] @ONLY)
