add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
# GCC 12 takes Asio's paired operator new and delete of a coroutine frame for a mismatch when it inlines only one of them.
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-mismatched-new-delete>)
# At -O2 GCC 12 sees std::string's inline buffer overrun where the string was moved to the heap (GCC bug 105651), under three names.
add_compile_options("$<$<CONFIG:Release>:-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread>")
# Of several sources compiled as one GCC sees only that none is the main one, and takes them for headers.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)
endif()
if(FLEET_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
# -O1: a coroutine-heavy program under ASan at -O0 is too slow to meet test deadlines, and its frames too large.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")

if(FLEET_SANITIZE STREQUAL "thread")
  # -Wtsan: of fences, which ThreadSanitizer does not see; Asio has some.
  add_compile_options(-fsanitize=thread -Wno-tsan -Wno-maybe-uninitialized)
  add_link_options(-fsanitize=thread)
elseif(FLEET_SANITIZE)
  # -Wmaybe-uninitialized reports false positives once sanitizers rewrite the code (GCC bug 55217 and others).
  # AddressSanitizer reports a null pointer that is used; UBSan's own check of it is a fifth of the compile time.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=null -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  add_link_options(-fsanitize=address,undefined)
else()
  add_link_options(-static-libstdc++ -static-libgcc)
endif()

if(FLEET_LIBFUZZER)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # ccache can only see through a precompiled header with -fpch-preprocess.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

# The tests are many, and linked several times faster.
find_program(MOLD mold)
if(MOLD AND FLEET_SANITIZE)
  add_link_options(-fuse-ld=mold)
endif()
