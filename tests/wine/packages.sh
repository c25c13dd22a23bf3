#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What a Windows program gets: a DLL with the same names as on Linux and no DLL besides the system's, an import library, a
# module definition, a ZIP that needs no installer, and the glue of C# that the NuGet package for Windows holds.
set -u
root=${WIRESTAMP_ROOT:?}
build=${WIRESTAMP_BUILD:?}
tool=x86_64-w64-mingw32
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
verdict() { if [ -z "$2" ]; then echo "ok $1"; else echo "not ok $1: $(echo "$2" | tr '\n' ' ' | head -c 400)"; fi; }

dll=$build/bin/wirestamp.dll
listed=$(grep '^wst_' "$root/packaging/exports.txt" | LC_ALL=C sort)
exported=$("$tool-objdump" -p "$dll" | sed -n '/^\[Ordinal\/Name Pointer\] Table/,/^$/p' |
    sed -n 's/^[[:space:]]*\[ *[0-9]*\] *//p' | LC_ALL=C sort)
verdict exports_are_the_list_and_nothing_else "$(diff <(echo "$listed") <(echo "$exported") | head -n 10)"
verdict needs_only_what_every_windows_has "$("$tool-objdump" -p "$dll" | sed -n 's/.*DLL Name: //p' | tr '[:upper:]' '[:lower:]' |
    grep -vxE 'kernel32\.dll|ws2_32\.dll|mswsock\.dll|iphlpapi\.dll|msvcrt\.dll|advapi32\.dll|bcrypt\.dll')"
# Found by name only: a static import of one would keep the DLL from loading before Windows 11.
verdict imports_nothing_that_older_windows_lack "$("$tool-objdump" -p "$dll" | grep -oE \
    '(GetInterface|CaptureInterface|RegisterInterface|UnregisterInterface)[A-Za-z]*Timestamp[A-Za-z]*|SetSystemTimeAdjustmentPrecise' | sort -u)"

for component in library development tools; do
    cmake --install "$build" --prefix "$out/prefix" --component "$component"
done >"$out/log" 2>&1
for file in bin/wirestamp.dll bin/wirestamp.exe lib/libwirestamp.dll.a lib/wirestamp.def include/wirestamp/wirestamp.h \
    lib/cmake/Wirestamp/WirestampConfig.cmake; do
    verdict "installs_${file##*/}" "$([ -f "$out/prefix/$file" ] || echo "$file is missing: $(tail -n 2 "$out/log")")"
done
(cd "$build" && cpack -G ZIP -B "$out/zip") >"$out/log" 2>&1
archive=$(find "$out/zip" -maxdepth 1 -name '*.zip' 2>/dev/null)
verdict zip_has_what_is_installed "$(python3 -m zipfile -l "${archive:-/none}" 2>&1 | grep -q 'bin/wirestamp.exe' || tail -n 3 "$out/log")"

# The module definition names what the list names; MSVC's lib.exe makes an import library of it, as dlltool does here.
verdict def_is_the_list "$(diff <(echo "$listed") <(sed -n 's/^[[:space:]]*\(wst_[a-z0-9_]*\).*/\1/p' "$out/prefix/lib/wirestamp.def" | LC_ALL=C sort) | head -n 5)"
"$tool-dlltool" -d "$out/prefix/lib/wirestamp.def" -D wirestamp.dll -l "$out/from_def.a" >"$out/log" 2>&1
verdict def_makes_an_import_library "$(diff <(echo "$listed") <("$tool-nm" "$out/from_def.a" 2>/dev/null | sed -n 's/.* T \(wst_.*\)/\1/p' | LC_ALL=C sort -u) | head -n 5)"

# The ZIP, unpacked somewhere, in a project of CMake's that knows no more than where.
mkdir -p "$out/a place of its own" "$out/empty"
python3 -m zipfile -e "${archive:-/none}" "$out/a place of its own" >"$out/log" 2>&1
place=$(dirname "$(dirname "$(find "$out/a place of its own" -name wirestamp.exe -print -quit)")")
cat >"$out/empty/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.16)
project(Empty CXX)
find_package(Wirestamp 0.1 REQUIRED)
add_executable(program program.cpp)
target_compile_features(program PRIVATE cxx_std_17)
target_link_libraries(program PRIVATE Wirestamp::wirestamp)
target_link_options(program PRIVATE -static)
CMAKE
cat >"$out/empty/program.cpp" <<'CPP'
#include <iostream>
#include <wirestamp/wirestamp.hpp>
int main() {
    wirestamp::Context context;
    std::cout << wirestamp::version() << "\n";
}
CPP
{
    cmake -G Ninja -S "$out/empty" -B "$out/empty/build" "-DCMAKE_TOOLCHAIN_FILE=$root/packaging/cmake/mingw-w64.cmake" \
        "-DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=BOTH" "-DWirestamp_DIR=$place/lib/cmake/Wirestamp" && cmake --build "$out/empty/build"
} >"$out/log" 2>&1
verdict a_project_finds_the_unpacked_zip "$([ -f "$out/empty/build/program.exe" ] || tail -n 5 "$out/log")"
cp "$out/empty/build/program.exe" "$place/bin/" 2>/dev/null
verdict its_program_runs_beside_the_dll "$("$WINE" "$place/bin/program.exe" 2>&1 | grep -qE '^[0-9]+\.[0-9]+' || echo "it does not tell the version")"
verdict the_command_runs_from_the_zip "$("$WINE" "$place/bin/wirestamp.exe" --version 2>&1 | grep -q windows || echo "it does not say windows")"
for file in share/wirestamp/THIRD-PARTY.txt share/wirestamp/LICENSE share/wirestamp/wirestamp.spdx.json; do
    verdict "zip_has_${file##*/}" "$([ -s "$place/$file" ] || echo "$file is missing")"
done

# A program of a user, built against what was installed.
cat >"$out/user.c" <<'C'
#include <stdio.h>
#include <wirestamp/wirestamp.h>
int main(void) {
    wst_context *context = NULL;
    wst_error error = WST_ERROR_INIT;
    if (wst_context_create(NULL, &context, &error) != WST_OK)
        return puts(error.message), 1;
    puts(wst_build_info());
    return wst_context_close(context, NULL);
}
C
"$tool-gcc-posix" -std=c99 -Wall -Wextra -Werror -I"$out/prefix/include" "$out/user.c" -o "$out/prefix/bin/user.exe" \
    "$out/prefix/lib/libwirestamp.dll.a" >"$out/log" 2>&1
verdict a_c_program_builds_against_it "$(cat "$out/log")"
verdict and_runs "$("$WINE" "$out/prefix/bin/user.exe" 2>&1 | grep -q windows || echo "it does not run or does not say windows")"

# The glue of C#, with the library inside: needs the system only, and answers to who knows it by name, as .NET does.
cmake --build "$build" --target wirestamp_csharp >"$out/log" 2>&1
glue=$build/bin/wirestampcs.dll
verdict the_glue_of_csharp_builds "$([ -f "$glue" ] || tail -n 3 "$out/log")"
verdict and_needs_what_every_windows_has "$("$tool-objdump" -p "$glue" | sed -n 's/.*DLL Name: //p' | tr '[:upper:]' '[:lower:]' |
    grep -vxE 'kernel32\.dll|ws2_32\.dll|mswsock\.dll|iphlpapi\.dll|msvcrt\.dll|advapi32\.dll|bcrypt\.dll')"
cat >"$out/glue.c" <<'C'
#include <stdio.h>
#include <string.h>
#include <windows.h>
int main(void) {
    const HMODULE glue = LoadLibraryA("wirestampcs.dll");
    const char *(*version)(void) = NULL;
    const FARPROC found = glue ? GetProcAddress(glue, "CSharp_Wirestamp_wst_version_string") : NULL;
    memcpy(&version, &found, sizeof version);
    if (version)
        puts(version());
    return version ? 0 : 1;
}
C
cp "$glue" "$out/prefix/bin/"
"$tool-gcc-posix" "$out/glue.c" -o "$out/prefix/bin/glue.exe" >"$out/log" 2>&1
version=$(sed -n 's/^project(Wirestamp VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
verdict and_answers_by_name "$("$WINE" "$out/prefix/bin/glue.exe" 2>&1 | tr -d '\r' | grep -qxF "$version" || echo "it does not")"
