# core_app knows its version from the project, its commit from git at build time; only build_info.cpp sees either, so that a
# commit recompiles one file.
set(revision_header ${CMAKE_BINARY_DIR}/generated/core/app/revision.hpp)
add_custom_target(fleet_revision
  COMMAND ${CMAKE_COMMAND} -D OUTPUT=${revision_header} -D SOURCE_DIR=${CMAKE_SOURCE_DIR}
    -P ${CMAKE_CURRENT_SOURCE_DIR}/app/build_revision.cmake
  BYPRODUCTS ${revision_header}
  COMMENT "Reading the revision")
add_dependencies(core_app fleet_revision)
set_source_files_properties(app/build_info.cpp PROPERTIES
  COMPILE_DEFINITIONS "FLEET_VERSION=\"${PROJECT_VERSION}\";FLEET_BUILD_TYPE=\"$<CONFIG>\";FLEET_LIBRARIES=\"${FLEET_LIBRARIES}\""
  INCLUDE_DIRECTORIES ${CMAKE_BINARY_DIR}/generated
  SKIP_PRECOMPILE_HEADERS ON)
