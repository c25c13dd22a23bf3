# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the scripts of this folder: makes sure of the lab, or tells why there is none, and runs jobs in guests. Time in the
# guests is virtual, so that neither the load nor the speed of this host is in what they measure.

here_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=$(basename "$0" .sh)
build=${WIRESTAMP_BUILD:?set WIRESTAMP_BUILD to the folder of a build}
. "$here_dir/lab/lab.sh"

# why_missing KERNEL...: sets `why` to the reason that these guests cannot be had, empty where they can. Making a lab takes
# minutes and much of the network, so it is only begun where nobody minds: where one is named or begun already, by root, or on a
# CI machine. What failed once is not tried again by the next script.
why_missing() {
    local failed=$build/hardware_lab_failed.${*: -1} log
    why=
    "$here_dir/lab/prepare" --ready "$@" && return
    if [ -n "$(find "$failed" -mmin -60 2>/dev/null)" ]; then
        why=$(cat "$failed")
        return
    fi
    why=$(why_no_lab)
    if [ -z "$why" ] && [ -z "${WIRESTAMP_VM_LAB:-}" ] && [ ! -d "$cache" ] && [ -z "${CI:-}" ] && [ "$(id -u)" != 0 ]; then
        why="there is no lab yet; tests/hardware/run.sh makes one"
    fi
    log=$(mktemp)
    if [ -z "$why" ] && ! "$here_dir/lab/prepare" "$@" >"$log" 2>&1; then
        why="the lab could not be made: $(tail -n 1 "$log")"
        echo "$why" >"$failed"
    fi
    rm -f "$log"
}

# need KERNEL...: ends the script as skipped without them.
need() {
    why_missing "$@"
    [ -n "$why" ] || return 0
    echo "skip $suite # $why"
    exit 0
}

# have KERNEL: one that the script can do without; that it does is told as skipped.
have() {
    why_missing "$1"
    [ -n "$why" ] || return 0
    echo "skip $1_$suite # $why"
    return 1
}

# beside COMMAND...: runs it in the background, as many at once as there are processors (a guest uses one). Their lines mix, and
# each has its name; `wait` ends it.
beside() {
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
    "$@" &
}

# guest KERNEL NAME CARDS COMMAND...: runs a command in a guest with cards ("igb@1 igb@1") and passes its lines on, each test's
# name with the kernel and NAME before it. A guest that does not end well is a failure of its own.
guest() {
    local kernel=$1 name=$2 cards=() card prefix=$1_$2 code
    for card in $3; do cards+=(-n "$card"); done
    shift 3
    # Its time is virtual; how long that takes here is no matter, only that it ends.
    "$here_dir/lab/guest_run" -k "$kernel" -i 1 -t 1200 "${cards[@]}" ${guest_options[@]+"${guest_options[@]}"} \
        -e "WIRESTAMP_BUILD=$build" -e "GUEST_SCRIPTS=$here_dir/guest" -- "$@" 2>&1 |
        sed -u -E "s/^(ok|not ok|skip) /\1 ${prefix}_/"
    code=${PIPESTATUS[0]}
    [ "$code" = 0 ] || echo "not ok ${prefix}_guest: the guest's job ended with $code"
}
