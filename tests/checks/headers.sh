#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The installed headers, each alone: strict C99 and C11 for the C interface, C++17 for it and for wirestamp.hpp, without a
# warning. Then a C and a C++ program that find the installation by pkg-config, link and run.
set -u
prefix=${WIRESTAMP_PREFIX:?set WIRESTAMP_PREFIX to an installation}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strict=(-pedantic -Wall -Wextra -Werror -Wundef -I "$prefix/include")
c_only=(-Wstrict-prototypes -Wold-style-definition)

try() { # NAME COMMAND...
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then echo "ok $name"; else echo "not ok $name: $(head -n 3 <<<"$said" | tr '\n' ' ')"; fi
}
alone() { # NAME SUFFIX HEADER: twice, so that guards are met too
    printf '#include "wirestamp/%s"\n#include "wirestamp/%s"\nint wst_header_check;\n' "$3" "$3" >"$work/$1.$2"
    echo "$work/$1.$2"
}

headers=("$prefix"/include/wirestamp/*.h)
if [ ! -e "${headers[0]}" ]; then
    echo "not ok headers_installed: nothing in $prefix/include/wirestamp"
    exit 0
fi
for compiler in gcc clang; do
    if ! command -v "$compiler" >/dev/null 2>&1; then
        echo "skip $compiler # not installed"
        continue
    fi
    cxx=g++
    [ "$compiler" = gcc ] || cxx=clang++
    for path in "${headers[@]}"; do
        header=$(basename "$path")
        source=$(alone "${header%.h}" c "$header")
        try "${compiler}_c99_$header" "$compiler" -std=c99 "${strict[@]}" "${c_only[@]}" -fsyntax-only "$source"
        try "${compiler}_c11_$header" "$compiler" -std=c11 "${strict[@]}" "${c_only[@]}" -fsyntax-only "$source"
        source=$(alone "${header%.h}_cxx" cpp "$header")
        try "${cxx}_c++17_$header" "$cxx" -std=c++17 "${strict[@]}" -fsyntax-only "$source"
    done
    for path in "$prefix"/include/wirestamp/*.hpp "$prefix"/include/wirestamp/cpp/*.hpp; do
        [ -e "$path" ] || continue
        header=${path#"$prefix"/include/wirestamp/}
        source=$(alone "${header//[\/.]/_}" cpp "$header")
        for standard in c++17 c++20; do
            try "${cxx}_${standard}_$header" "$cxx" -std=$standard "${strict[@]}" -fsyntax-only "$source"
        done
    done
done

pc=$(find "$prefix" -name wirestamp.pc | head -n 1)
if [ -z "$pc" ] || ! command -v pkg-config >/dev/null 2>&1; then
    echo "not ok pkg_config: no wirestamp.pc in the installation, or no pkg-config here"
    exit 0
fi
export PKG_CONFIG_PATH
PKG_CONFIG_PATH=$(dirname "$pc")
cat >"$work/consumer.c" <<'END'
#include <stdio.h>
#include <string.h>
#include "wirestamp/base.h"
#include "wirestamp/ptp.h"
int main(void) {
    wst_error error = WST_ERROR_INIT;
    wst_ptp_config *config = NULL;
    if (wst_version() != (((uint32_t)WST_VERSION_MAJOR << 16) | (WST_VERSION_MINOR << 8) | WST_VERSION_PATCH))
        return 1;
    if (wst_ptp_config_create(&config, &error) != WST_OK)
        return 2;
    if (wst_ptp_config_set(config, "prioritty1", "1", &error) != WST_E_UNKNOWN_OPTION || strstr(error.message, "priority1") == NULL)
        return 3;
    wst_ptp_config_destroy(config);
    return strlen(wst_build_info()) > 0 ? 0 : 4;
}
END
cp "$work/consumer.c" "$work/consumer_cxx.cpp"
read -r -a flags <<<"$(pkg-config --cflags --libs wirestamp)"
libdir=$(pkg-config --variable=libdir wirestamp)
[ -d "$libdir" ] || libdir=$(dirname "$(find "$prefix" -name 'libwirestamp.so.1' | head -n 1)")
try links_from_c gcc -std=c99 -pedantic -Wall -Werror "$work/consumer.c" -o "$work/consumer" "${flags[@]}"
try runs_from_c env LD_LIBRARY_PATH="$libdir" "$work/consumer"
try links_from_c++ g++ -std=c++17 -pedantic -Wall -Werror "$work/consumer_cxx.cpp" -o "$work/consumer_cxx" "${flags[@]}"
try runs_from_c++ env LD_LIBRARY_PATH="$libdir" "$work/consumer_cxx"
