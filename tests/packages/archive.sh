#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The .tar.gz: unpacked somewhere, it works from there, for programs of CMake, of pkg-config, and for the command itself.
set -u
root=${WIRESTAMP_ROOT:?}
build=$root/build/archive
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
step() { # NAME COMMAND...
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then echo "ok $name"; else
        echo "not ok $name: $(tail -n 4 <<<"$said" | tr '\n' ' ' | head -c 400)"
        return 1
    fi
}
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 1700000000)
export SOURCE_DATE_EPOCH
cd "$root" || exit 1
step configure cmake --preset archive || exit 0
rm -f "$build"/wirestamp-*.tar.gz
step archive cmake --build "$build" --parallel --target package || exit 0
mkdir -p "$work/a place of its own" "$work/empty"
step unpacks tar -xzf "$build"/wirestamp-*.tar.gz -C "$work/a place of its own" || exit 0
place=$(dirname "$(dirname "$(find "$work/a place of its own" -name wirestamp -path '*/bin/*')")")
step command_runs_from_there "$place/bin/wirestamp" simulate -d 100s
step has_its_notices test -s "$place/share/wirestamp/THIRD-PARTY.txt" -a -s "$place/share/wirestamp/wirestamp.spdx.json" \
    -a -s "$place/share/wirestamp/LICENSE"
cat >"$work/empty/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.16)
project(Empty CXX)
find_package(Wirestamp 0.1 REQUIRED)
add_executable(program program.cpp)
target_link_libraries(program PRIVATE Wirestamp::wirestamp)
END
cat >"$work/empty/program.cpp" <<'END'
#include <iostream>
#include <wirestamp/wirestamp.hpp>
int main() { std::cout << wirestamp::version() << "\n"; }
END
step cmake_configures cmake -S "$work/empty" -B "$work/empty/build" "-DCMAKE_PREFIX_PATH=$place"
step cmake_builds cmake --build "$work/empty/build"
step program_runs "$work/empty/build/program"
PKG_CONFIG_PATH="$place/lib/pkgconfig" step pkg_config sh -c 'eval g++ -std=c++17 "$1" -o "$2" $(pkg-config --cflags --libs wirestamp) && LD_LIBRARY_PATH="$3" "$2"' \
    sh "$work/empty/program.cpp" "$work/empty/linked" "$place/lib"
