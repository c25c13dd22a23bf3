# SPDX-License-Identifier: Apache-2.0
# Cross-builds for Windows with Debian's mingw-w64 (the posix variant: std::thread needs it); what it built runs under Wine.

set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(wirestamp_triplet x86_64-w64-mingw32)
set(CMAKE_C_COMPILER ${wirestamp_triplet}-gcc-posix)
set(CMAKE_CXX_COMPILER ${wirestamp_triplet}-g++-posix)
set(CMAKE_RC_COMPILER ${wirestamp_triplet}-windres)

set(CMAKE_FIND_ROOT_PATH /usr/${wirestamp_triplet})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

find_program(wirestamp_wine NAMES wine64 wine64-stable wine PATHS /usr/lib/wine)
if(wirestamp_wine)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${wirestamp_wine})
endif()

# A cross-build makes the targets that it is asked for; packing takes what is there.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
