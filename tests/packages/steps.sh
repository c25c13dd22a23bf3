# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the scripts of this folder: how a step is told, and one date for all that is built, so that it can be the same twice.
root=${WIRESTAMP_ROOT:?}
here=$root/tests/packages
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1: $(tail -n 4 <<<"$2" | tr '\n' ' ' | head -c 400)"; }
step() { # NAME COMMAND...
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "$said"; return 1; fi
}
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 1700000000)
export SOURCE_DATE_EPOCH
version=$(sed -n 's/^project(Wirestamp VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
