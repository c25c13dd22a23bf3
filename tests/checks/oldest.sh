#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Programs of the oldest header, frozen with it in tests/abi/oldest: compiled as they were, run with the library of today.
set -u
root=${WIRESTAMP_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
prefix=${WIRESTAMP_PREFIX:?set WIRESTAMP_PREFIX to an installation}
library=$(dirname "$(find "$prefix" -name libwirestamp.so | head -n 1)")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for source in "$root"/tests/abi/oldest/programs/*.c; do
    name=$(basename "$source" .c)
    if ! said=$(cc -std=c99 -D_POSIX_C_SOURCE=200809L "-DWIRESTAMP_EXPORTS=\"$root/tests/abi/oldest/exports.txt\"" -I "$root/tests/abi/oldest" \
        "$source" -o "$work/$name" -L "$library" -lwirestamp -lpthread -ldl "-Wl,-rpath,$library" 2>&1); then
        echo "not ok oldest_${name}_compiles: $(head -n 3 <<<"$said" | tr '\n' ' ')"
        continue
    fi
    said=$(timeout 120 "$work/$name" 2>&1)
    status=$?
    failed=$(grep '^not ok' <<<"$said")
    if [ "$status" = 0 ] && [ -z "$failed" ] && grep -q '^ok' <<<"$said"; then
        echo "ok oldest_$name"
    else
        echo "not ok oldest_$name: exit $status: $(head -n 3 <<<"${failed:-$said}" | tr '\n' ' ')"
    fi
done
versions=$(readelf --dyn-syms -W "$library/libwirestamp.so" | grep -o 'wst_[a-z0-9_]*@@[A-Z0-9_]*' | sed 's/.*@@//' | sort -u)
if [ "$versions" = WIRESTAMP_1 ]; then echo "ok symbol_versions"; else echo "not ok symbol_versions: $versions"; fi
gone=$(comm -23 <(grep '^wst_' "$root/tests/abi/oldest/exports.txt" | sort) <(grep '^wst_' "$root/packaging/exports.txt" | sort))
if [ -z "$gone" ]; then echo "ok no_function_has_gone"; else echo "not ok no_function_has_gone: $gone"; fi
