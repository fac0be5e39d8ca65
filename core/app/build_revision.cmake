# Writes revision.hpp with the commit and branch being built, only if they changed. Run as a script at build time. Where there is no
# repository, as in an image's build, FLEET_REVISION and FLEET_BRANCH of the environment say them.
cmake_minimum_required(VERSION 3.25)
set(revision unknown)
set(branch unknown)
foreach(name revision branch)
  string(TOUPPER FLEET_${name} variable)
  if(NOT "$ENV{${variable}}" STREQUAL "")
    set(${name} "$ENV{${variable}}")
  endif()
endforeach()
find_program(GIT git)
if(GIT)
  # An unpacked source archive may lie inside somebody else's repository: only our own top level counts.
  execute_process(COMMAND ${GIT} -C ${SOURCE_DIR} rev-parse --show-prefix
    OUTPUT_VARIABLE prefix RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(status EQUAL 0 AND prefix STREQUAL "")
    execute_process(COMMAND ${GIT} -C ${SOURCE_DIR} rev-parse --verify --short=12 HEAD
      OUTPUT_VARIABLE found RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(status EQUAL 0)
      set(revision ${found})
    endif()
    execute_process(COMMAND ${GIT} -C ${SOURCE_DIR} symbolic-ref --short HEAD
      OUTPUT_VARIABLE found RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(status EQUAL 0)
      set(branch ${found})
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT
"#pragma once
#define FLEET_REVISION \"${revision}\"
#define FLEET_BRANCH \"${branch}\"
")
