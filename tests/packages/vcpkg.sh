#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# vcpkg's port: its steps are run by helper functions that do what vcpkg's do (vcpkg itself would fetch and build all of Boost),
# and what it leaves is used from an empty project as vcpkg's toolchain would offer it.
set -u
. "${WIRESTAMP_ROOT:?}/tests/packages/steps.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
port=$root/packaging/vcpkg/ports/wirestamp
step manifest_is_of_this_version python3 -c "
import json
manifest = json.load(open('$port/vcpkg.json'))
assert manifest['version'] == '$version' and manifest['name'] == 'wirestamp', manifest['version']"
# The build lies as deep as the others, so that the compiler cache knows it.
step port_runs cmake "-DROOT=$work" "-DBUILD=$root/build/vcpkg" -DVCPKG_BUILD_TYPE=release \
    -P "$here/vcpkg_helpers.cmake" || exit 0
mkdir "$work/empty"
cp "$root/packaging/conan/test_package/program.c" "$root/packaging/conan/test_package/CMakeLists.txt" "$work/empty"
step cmake_finds_it cmake -S "$work/empty" -B "$work/empty/build" "-DCMAKE_PREFIX_PATH=$work/packages"
step program_builds cmake --build "$work/empty/build"
step program_runs "$work/empty/build/program"
step usage_names_the_target grep -q 'Wirestamp::wirestamp' "$work/packages/share/wirestamp/usage"
PKG_CONFIG_PATH=$work/packages/lib/pkgconfig step pkg_config_finds_it sh -c \
    'cc "$1/program.c" $(pkg-config --cflags --libs wirestamp) -o "$1/linked" && LD_LIBRARY_PATH=$2/lib "$1/linked"' sh "$work/empty" "$work/packages"
