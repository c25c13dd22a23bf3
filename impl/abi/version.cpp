// SPDX-License-Identifier: Apache-2.0
//
// What library this is, for programs and for bug reports.

#include <boost/version.hpp>

#include "wirestamp/base.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define VERSION_TEXT TEXT(WST_VERSION_MAJOR) "." TEXT(WST_VERSION_MINOR) "." TEXT(WST_VERSION_PATCH)

#if defined(__clang__)
#define COMPILER_TEXT "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER_TEXT "gcc " __VERSION__
#elif defined(_MSC_VER)
#define COMPILER_TEXT "msvc " TEXT(_MSC_VER)
#else
#define COMPILER_TEXT "an unknown compiler"
#endif

#if defined(_WIN32)
#define SYSTEM_TEXT "windows"
#elif defined(__linux__)
#define SYSTEM_TEXT "linux"
#else
#define SYSTEM_TEXT "an unknown system"
#endif

#if defined(__x86_64__) || defined(_M_X64)
#define PROCESSOR_TEXT "x86-64"
#elif defined(__aarch64__) || defined(_M_ARM64)
#define PROCESSOR_TEXT "arm64"
#else
#define PROCESSOR_TEXT "other processor"
#endif

#if defined(__SANITIZE_ADDRESS__)
#define OPTIONS_TEXT ", address sanitizer"
#elif defined(__SANITIZE_THREAD__)
#define OPTIONS_TEXT ", thread sanitizer"
#elif defined(NDEBUG)
#define OPTIONS_TEXT ", release"
#else
#define OPTIONS_TEXT ", debug"
#endif

extern "C" {

uint32_t WST_CALL wst_version(void) {
    return (static_cast<uint32_t>(WST_VERSION_MAJOR) << 16) |
           (static_cast<uint32_t>(WST_VERSION_MINOR) << 8) | static_cast<uint32_t>(WST_VERSION_PATCH);
}

const char* WST_CALL wst_version_string(void) {
    return VERSION_TEXT;
}

const char* WST_CALL wst_build_info(void) {
    return "wirestamp " VERSION_TEXT ", " COMPILER_TEXT ", " SYSTEM_TEXT " " PROCESSOR_TEXT
           ", Boost " BOOST_LIB_VERSION OPTIONS_TEXT;
}

} // extern "C"
