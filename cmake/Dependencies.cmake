find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
# Libraries in C++ are linked statically, libstdc++ in release builds too: shared, they are a third of an exporter's memory
# and of its start, mostly for what it never calls. OpenSSL and the other libraries in C stay shared, for their updates.
set(Boost_USE_STATIC_LIBS ON)
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL REQUIRED)
find_package(PostgreSQL REQUIRED)
pkg_check_modules(yaml_cpp REQUIRED yaml-cpp)
find_library(YAML_CPP_ARCHIVE libyaml-cpp.a REQUIRED)
add_library(yaml-cpp STATIC IMPORTED)
set_target_properties(yaml-cpp PROPERTIES IMPORTED_LOCATION ${YAML_CPP_ARCHIVE})
find_package(spdlog REQUIRED)
if(BUILD_TESTING)
  find_package(Catch2 2 REQUIRED)
endif()
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(isal REQUIRED IMPORTED_TARGET libisal)
find_library(RE2_ARCHIVE libre2.a REQUIRED)
add_library(re2 STATIC IMPORTED)
set_target_properties(re2 PROPERTIES IMPORTED_LOCATION ${RE2_ARCHIVE})
target_link_libraries(re2 INTERFACE Threads::Threads)
pkg_check_modules(cares REQUIRED IMPORTED_TARGET libcares)
pkg_check_modules(nghttp2 REQUIRED IMPORTED_TARGET libnghttp2)
pkg_check_modules(brotli REQUIRED IMPORTED_TARGET libbrotlidec)
find_package(ZLIB REQUIRED)
# libharu has no pkg-config file.
find_library(HPDF_LIBRARY hpdf REQUIRED)
find_path(HPDF_INCLUDE hpdf.h REQUIRED)
add_library(hpdf UNKNOWN IMPORTED)
set_target_properties(hpdf PROPERTIES IMPORTED_LOCATION ${HPDF_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${HPDF_INCLUDE})
# For --version; cmake/sbom.sh tells packages, and which program has which.
set(FLEET_LIBRARIES "Boost ${Boost_VERSION_STRING}, OpenSSL ${OPENSSL_VERSION}, libpq ${PostgreSQL_VERSION_STRING}, hiredis ${hiredis_VERSION}, \
ISA-L ${isal_VERSION}, c-ares ${cares_VERSION}, nghttp2 ${nghttp2_VERSION}, brotli ${brotli_VERSION}, zlib ${ZLIB_VERSION_STRING}, \
yaml-cpp ${yaml_cpp_VERSION}, spdlog ${spdlog_VERSION}")
# Its pkg-config file asks for -D_FILE_OFFSET_BITS=64: a no-op on 64-bit glibc that would disable the precompiled header.
set_property(TARGET PkgConfig::hiredis PROPERTY INTERFACE_COMPILE_OPTIONS "")
