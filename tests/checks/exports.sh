#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the shared library shows to the world: the names of packaging/exports.txt and no other, a stable SONAME, and nothing
# that must be installed besides libc.
set -u
root=${WIRESTAMP_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
prefix=${WIRESTAMP_PREFIX:?set WIRESTAMP_PREFIX to an installation}
library=$(find "$prefix" -name 'libwirestamp.so.[0-9]*' -type f | head -n 1)
if [ -z "$library" ]; then
    echo "not ok library_installed: no libwirestamp.so under $prefix"
    exit 0
fi
echo "ok library_installed"

verdict() { if [ -z "$2" ]; then echo "ok $1"; else echo "not ok $1: $(echo "$2" | tr '\n' ' ')"; fi; }

# Symbols of a version script carry its name; the name of the version itself is an absolute symbol.
exported=$(nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u)
listed=$(grep -v '^[[:space:]]*\(#\|$\)' "$root/packaging/exports.txt" | sort -u)
verdict exports_nothing_else "$(comm -23 <(echo "$exported") <(echo "$listed"))"
verdict exports_all_that_is_listed "$(comm -13 <(echo "$exported") <(echo "$listed"))"
declared=$(cat "$root"/api/wirestamp/*.h | tr '\n' ' ' | grep -oE 'WST_API [^;]*WST_CALL[[:space:]]+wst_[a-z0-9_]+' | grep -oE 'wst_[a-z0-9_]+$' |
    sort -u)
verdict every_declared_function_is_listed "$(comm -23 <(echo "$declared") <(echo "$listed"))"
verdict every_listed_function_is_declared "$(comm -13 <(echo "$declared") <(echo "$listed"))"
verdict list_is_sorted "$(grep '^wst_' "$root/packaging/exports.txt" | LC_ALL=C sort -c 2>&1)"

dynamic=$(readelf -d "$library")
verdict soname "$(grep -q 'SONAME.*\[libwirestamp\.so\.1\]' <<<"$dynamic" || echo "$(grep SONAME <<<"$dynamic")")"
verdict needs_only_libc "$(sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' <<<"$dynamic" |
    grep -vE '^(libc\.so|libm\.so|ld-linux|libpthread\.so|librt\.so)')"
verdict no_cxx_runtime_from_outside "$(nm -D --undefined-only "$library" | grep -E 'GLIBCXX|CXXABI|GCC_' | head -n 3)"
verdict no_text_relocations "$(grep TEXTREL <<<"$dynamic")"
verdict no_executable_stack "$(readelf -lW "$library" | grep GNU_STACK | grep E)"
