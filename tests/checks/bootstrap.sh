#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# packaging/bootstrap.sh against hosts that are acted out by small programs in a PATH of their own: nothing is installed.
set -u
root=${WIRESTAMP_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
bootstrap=$root/packaging/bootstrap.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A host is a folder of programs; the tools that the script itself uses are always there.
host() {
    mkdir -p "$work/$1"
    local tool
    for tool in bash env sed sort head tail mktemp rm cat grep; do ln -sf "$(command -v $tool)" "$work/$1/$tool"; done
    printf '#!/bin/sh\necho %s\n' "${2:-0}" >"$work/$1/id"
    chmod +x "$work/$1/id"
}
program() { # HOST NAME SCRIPT
    printf '#!/bin/sh\n%s\n' "$3" >"$work/$1/$2"
    chmod +x "$work/$1/$2"
}
# expect NAME EXIT-CODE WORDS HOST ARGUMENT...
expect() {
    local name=$1 code=$2 words=$3 at=$4 output status
    shift 4
    output=$(PATH=$work/$at "$work/$at/bash" "$bootstrap" "$@" 2>&1 </dev/null)
    status=$?
    if [ "$status" = "$code" ] && grep -q -- "$words" <<<"$output"; then
        echo "ok $name"
    else
        echo "not ok $name: exit $status instead of $code, or no \"$words\" in: $(tr '\n' ' ' <<<"$output" | head -c 300)"
    fi
}

host complete
program complete dpkg-query 'echo installed'
program complete apt-get 'echo "apt-get was called"; exit 1'
expect complete_host_is_left_alone 0 "packages are there" complete build test

host lacking 1000
program lacking dpkg-query 'case $* in *" tshark") echo not-installed; exit 1;; *) echo installed;; esac'
program lacking apt-get "echo \"\$@\" >>$work/apt.log"
expect neither_root_nor_sudo_names_the_command 1 "apt-get install tshark" lacking build test
expect what_is_there_for_a_build_needs_no_root 0 "packages are there" lacking build
program lacking sudo 'exec "$@"'
expect dry_run_does_nothing 0 "would run: sudo apt-get install" lacking --dry-run test
if [ -e "$work/apt.log" ]; then echo "not ok dry_run_calls_no_apt"; else echo "ok dry_run_calls_no_apt"; fi

host bare
expect host_without_apt_names_what_is_missing 0 "tshark (tshark)" bare test
expect headers_count_too 0 "<boost/asio.hpp> (libboost-dev)" bare build
program bare cmake 'echo cmake version 3.16.3'
expect old_cmake_is_named 0 "CMake here is 3.16.3" bare build
expect wrong_words_are_refused 2 'unknown argument "tests"' bare tests
expect help_is_there 0 "Usage: packaging/bootstrap.sh" bare --help
