#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Go: the module as a proxy serves it, taken by `go get` into an empty module, in a namespace without a network. The programs are
# the Go ones of the documents, with a PTP master on the other end of a veth pair.
set -u
. "${WIRESTAMP_ROOT:?}/tests/packages/steps.sh"
build=${WIRESTAMP_BUILD:?} prefix=${WIRESTAMP_PREFIX:?}
proxy=$build/packages/go
if [ -z "${WIRESTAMP_IN_NAMESPACE:-}" ]; then
    if ! command -v go >/dev/null 2>&1; then
        echo "skip go # Go is not installed"
        exit 0
    fi
    step module cmake --build "$build" --target wirestamp_go || exit 0
fi
. "$root/tests/interop/two_hosts.sh"

libraries=$(dirname "$(find "$prefix" -name 'libwirestamp.so.1' | head -n 1)")
export PKG_CONFIG_PATH=$libraries/pkgconfig LD_LIBRARY_PATH=$libraries
export GOPROXY=file://$proxy GOSUMDB=off GOFLAGS=-modcacherw GOMODCACHE=$work/modules GOCACHE=$root/build/go-cache GOTOOLCHAIN=local
cp -r "$proxy" "$work/again"
cmake --build "$build" --target wirestamp_go >/dev/null 2>&1
check packed_twice_is_the_same "$(diff -rq "$proxy" "$work/again" >/dev/null; echo $?)" "$(diff -rq "$proxy" "$work/again")"

there "$wirestamp" ptp -i wst-b --priority1 1 --logSyncInterval -3 --logAnnounceInterval -2 >"$work/master" 2>&1 &
mkdir "$work/programs"
cd "$work/programs" || exit 1
step go_makes_an_empty_module go mod init empty
step go_gets_the_module go get "wirestamp.org/wirestamp@v$version" || exit 0
check module_has_its_licence "$([ -s "$work/modules/wirestamp.org/wirestamp@v$version/LICENSE" ]; echo $?)" "it has none"
python3 "$here/blocks.py" go "$work/programs" >"$work/list"
check there_were_programs "$([ "$(wc -l <"$work/list")" -ge 2 ]; echo $?)" "$(cat "$work/list")"
while read -r place name arguments; do
    check "${name}_is_formatted" "$([ -z "$(gofmt -l "$place")" ]; echo $?)" "gofmt has it otherwise"
    # shellcheck disable=SC2086
    step "${name}_builds" go build -o "$work/$name" "./$(basename "$place")" && step "${name}_runs" timeout 120 "$work/$name" $arguments
done <"$work/list"
