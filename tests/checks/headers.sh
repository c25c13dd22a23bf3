#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The installed headers, each alone: strict C99 and C11 for the C interface, C++17 and C++20 for it and for wirestamp.hpp, without
# a warning, by the compilers for Linux and for Windows; then through SWIG. Then a C and a C++ program that find the installation
# by pkg-config, link and run.
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
for compiler in gcc clang x86_64-w64-mingw32-gcc-posix; do
    if ! command -v "$compiler" >/dev/null 2>&1; then
        echo "skip $compiler # not installed"
        continue
    fi
    case $compiler in
        clang) cxx=clang++ ;;
        *) cxx=${compiler/gcc/g++} ;;
    esac
    for path in "${headers[@]}"; do
        header=$(basename "$path")
        source=$(alone "${header%.h}" c "$header")
        try "${compiler}_c99_$header" "$compiler" -std=c99 "${strict[@]}" "${c_only[@]}" -fsyntax-only "$source"
        try "${compiler}_c11_$header" "$compiler" -std=c11 "${strict[@]}" "${c_only[@]}" -fsyntax-only "$source"
        source=$(alone "${header%.h}_cxx" cpp "$header")
        for standard in c++17 c++20; do
            try "${cxx}_${standard}_$header" "$cxx" -std=$standard "${strict[@]}" -fsyntax-only "$source"
        done
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

# What SWIG cannot read, three languages cannot have.
if command -v swig >/dev/null 2>&1; then
    printf '%%module check\n%%include <stdint.i>\n#define WST_API\n#define WST_CALL\n' >"$work/check.i"
    for path in "${headers[@]}"; do printf '%%include "wirestamp/%s"\n' "$(basename "$path")" >>"$work/check.i"; done
    # 451 (which -Wall would bring back): a const char * that C may set leaks in a language that copies texts; the bindings' own description takes care of that.
    try swig_reads_all swig -Wextra -Werror -w451 -java -I"$prefix/include" -outdir "$work" -o "$work/check.c" "$work/check.i"
else
    echo "skip swig_reads_all # swig is not installed"
fi

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
