#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Debian's packages: made, judged by lintian, installed by dpkg into a copy of this system (an overlay in a namespace: the host is
# not touched), used there from empty projects by CMake and pkg-config, and taken away again without a trace.
set -u
root=${WIRESTAMP_ROOT:?}
build=$root/build/package
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1: $(tail -n 4 <<<"$2" | tr '\n' ' ' | head -c 400)"; }
step() { # NAME COMMAND...
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "$said"; return 1; fi
}
if ! command -v dpkg-deb >/dev/null; then
    echo "skip debian # no dpkg here"
    exit 0
fi
# One date for both, so that what is built twice can be the same.
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 1700000000)
export SOURCE_DATE_EPOCH
cd "$root" || exit 1
step configure cmake --preset package || exit 0
rm -f "$build"/*.deb
step packages cmake --build "$build" --parallel --target package || exit 0
packages=("$build"/*.deb)
if [ ${#packages[@]} = 3 ]; then ok three_packages; else not_ok three_packages "${packages[*]}"; fi

if command -v lintian >/dev/null; then
    said=$(lintian --allow-root --fail-on error "${packages[@]}" 2>&1)
    if [ $? = 0 ]; then ok lintian_without_errors; else not_ok lintian_without_errors "$said"; fi
else
    echo "skip lintian_without_errors # lintian is not installed"
fi

# Whatever header of others is compiled in must be in the list of what the packages are made of.
spdx=$(dpkg-deb --fsys-tarfile "$build"/libwirestamp1_*.deb | tar -xO ./usr/share/wirestamp/wirestamp.spdx.json)
unlisted=$(ninja -C "$build" -t deps 2>/dev/null | grep -oE '/usr/(include|lib/gcc)/[^ ]+' | sort -u | xargs readlink -f | sort -u |
    xargs dpkg -S 2>/dev/null | sed 's/:.*//' | sort -u | while read -r package; do
        case $package in
            libboost*) name=boost ;;
            libcli11-dev) name=CLI11 ;;
            nlohmann-json3-dev) name=nlohmann-json ;;
            prometheus-cpp-dev) name=prometheus-cpp ;;
            libstdc++-*-dev | libgcc-*-dev) name=libstdc++ ;;
            libc6-dev | linux-libc-dev) continue ;; # the system's own, linked at run time
            *) name="(none for $package)" ;;
        esac
        grep -qF "\"name\": \"$name\"" <<<"$spdx" || echo "$name"
    done)
if [ -n "$spdx" ] && python3 -c 'import json, sys; json.load(sys.stdin)' <<<"$spdx" && [ -z "$unlisted" ]; then
    ok sbom_names_all_that_is_compiled_in
else
    not_ok sbom_names_all_that_is_compiled_in "${unlisted:-no SBOM}"
fi

flags=(--mount --fork --pid --kill-child)
[ "$(id -u)" = 0 ] || flags+=(--user --map-root-user)
mkdir "$work/base" "$work/debs"
cp "${packages[@]}" "$work/debs"
cat >"$work/inside.sh" <<'END'
set -u
work=$1
mount -t tmpfs none "$work/base" && mkdir "$work/base/upper" "$work/base/work" "$work/base/root" || exit 7
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/base/upper,workdir=$work/base/work" "$work/base/root" || exit 7
new=$work/base/root
mount -t proc none "$new/proc" && mount --bind /dev "$new/dev" || exit 7
mkdir -p "$new/debs" "$new/empty" && cp "$work"/debs/*.deb "$new/debs"
cat >"$new/empty/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.16)
project(Empty C CXX)
find_package(Wirestamp 0.1 REQUIRED)
add_executable(program program.c)
target_link_libraries(program PRIVATE Wirestamp::wirestamp)
CMAKE
cat >"$new/empty/program.c" <<'PROGRAM'
#include <stdio.h>
#include <wirestamp/wirestamp.h>
int main(void) {
    wst_context *context = NULL;
    if (wst_context_create(NULL, &context, NULL) != WST_OK)
        return 1;
    printf("%s\n", wst_version_string());
    return wst_context_close(context, NULL) == WST_OK ? 0 : 2;
}
PROGRAM
there() { chroot "$new" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/empty "$@"; }
step() {
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then echo "ok $name"; else echo "not ok $name: $(tail -n 4 <<<"$said" | tr '\n' ' ')"; fi
}
step dpkg_installs there sh -c 'dpkg --install /debs/*.deb'
step installed_command_runs there wirestamp simulate -d 100s
step installed_command_serves_metrics there sh -c 'wirestamp ptp -i lo --event_port 27319 --general_port 27320 --metrics 0 -d 1s 2>&1 | grep -q "metrics at"'
step installed_manual there sh -c 'zcat /usr/share/man/man1/wirestamp.1.gz | man -l - | grep -q SYNOPSIS'
step cmake_finds_it there sh -c 'cd /empty && cmake -S . -B build >/dev/null && cmake --build build && ./build/program | grep -q "^0\\."'
step pkg_config_finds_it there sh -c 'cd /empty && cc program.c $(pkg-config --cflags --libs wirestamp) -o linked && ./linked'
step dpkg_verifies there dpkg --verify wirestamp libwirestamp1 libwirestamp-dev
step dpkg_purges there dpkg --purge wirestamp libwirestamp-dev libwirestamp1
left=$(there sh -c 'find /usr /etc /lib -path "*wirestamp*" -not -path "/usr/local/*" -not -path "*/fish/*" 2>/dev/null' | head -n 3)
if [ -z "$left" ]; then echo "ok nothing_is_left"; else echo "not ok nothing_is_left: $left"; fi
END
said=$(unshare "${flags[@]}" bash "$work/inside.sh" "$work" 2>"$work/errors")
status=$?
if [ "$status" = 7 ]; then
    echo "skip dpkg_installs # no overlay file system for this user: $(head -n 1 "$work/errors")"
else
    echo "$said"
fi
