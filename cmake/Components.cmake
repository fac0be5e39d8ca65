# One static library a folder, one program a main(), one test executable a subject.
# The presets compile four sources of a target as one, which takes half of the time. SEPARATE: not this one, as its
# sources have unnamed-namespace names in common by design.

# fleet_library(NAME [SEPARATE] SOURCES... [LINK targets...])
function(fleet_library name)
  cmake_parse_arguments(ARG "SEPARATE" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(ARG_SEPARATE)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  if(NOT name STREQUAL "core_io")
    target_link_libraries(${name} PUBLIC core_io)
    target_precompile_headers(${name} REUSE_FROM core_io)
  endif()
endfunction()

# fleet_program(NAME SOURCES... [LINK targets...]): installed with FLEET_COMPONENT of its directory, by default "programs".
function(fleet_program name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE core_io ${ARG_LINK})
  target_precompile_headers(${name} REUSE_FROM core_io)
  if(NOT FLEET_COMPONENT)
    set(FLEET_COMPONENT programs)
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION bin COMPONENT ${FLEET_COMPONENT})
endfunction()

# fleet_test(NAME [SEPARATE] SOURCES... [LINK targets...]): a Catch2 executable; ctest runs it whole, so servers it starts are shared.
function(fleet_test name)
  cmake_parse_arguments(ARG "SEPARATE" "TIMEOUT" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  if(ARG_SEPARATE)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  target_link_libraries(${name} PRIVATE core_io catch_main ${ARG_LINK})
  # What is tested keeps its optimisation, the test itself is compiled in half of the time without.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
  target_precompile_headers(${name} REUSE_FROM tests_pch)
  target_compile_definitions(${name} PRIVATE
    FLEET_SOURCE_DIR="${CMAKE_SOURCE_DIR}" FLEET_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()
