# What every target of the project is compiled with.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(wirestamp_options INTERFACE)
target_include_directories(wirestamp_options INTERFACE ${PROJECT_SOURCE_DIR})
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  target_compile_options(wirestamp_options INTERFACE
    -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wno-missing-field-initializers
    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>
    $<$<BOOL:${MINGW}>:-Wpedantic>
    -fvisibility=hidden
    # Fused multiply-add would make a simulated run depend on the processor it ran on.
    -ffp-contract=off)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # "text" + std::string trips over GCC bug 105651.
    target_compile_options(wirestamp_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
  endif()
  if(WIRESTAMP_WERROR)
    target_compile_options(wirestamp_options INTERFACE -Werror)
  endif()
  if(WIRESTAMP_SANITIZE)
    target_compile_options(wirestamp_options INTERFACE -fsanitize=${WIRESTAMP_SANITIZE} -fno-omit-frame-pointer
                                                      -fno-sanitize-recover=all)
    # The library carries a C++ runtime of its own, and type information twice in a program is what this check cannot tell
    # from a broken object.
    target_compile_options(wirestamp_options INTERFACE -fno-sanitize=vptr)
    target_link_options(wirestamp_options INTERFACE -fsanitize=${WIRESTAMP_SANITIZE})
  endif()
elseif(MSVC)
  target_compile_options(wirestamp_options INTERFACE /W4 /utf-8)
endif()
if(WIN32)
  # Windows 10 and 11 with what their SDK declares; nothing that is newer than Windows 10 is linked, only looked up.
  target_compile_definitions(wirestamp_options INTERFACE _WIN32_WINNT=0x0A00 NTDDI_VERSION=0x0A00000A NOMINMAX
                                                         WIN32_LEAN_AND_MEAN)
endif()

# For folders whose programs spend their time in the library: tests and the command, whose headers (Boost.Test, CLI11, JSON)
# cost an optimiser minutes and a user nothing.
macro(wirestamp_build_quickly)
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    add_compile_options($<$<CONFIG:Release>:-O1>)
  endif()
endmacro()
