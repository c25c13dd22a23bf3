#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Sockets with hardware stamps, cross-timestamps and correlations: on igb and e1000e, on netdevsim, on a clock of pure arithmetic,
# and on the e1000e of an unrepaired QEMU, which offers stamps and takes none.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/suite.sh"
need 6.12 6.1
for kernel in 6.12 6.1; do
    beside guest "$kernel" "$suite" "igb@1 igb@1 e1000e@2 e1000e@2" bash -c '
        set -o pipefail
        modprobe -a igb e1000e
        for driver in igb e1000e; do
            GUEST_DRIVER=$driver $WIRESTAMP_BUILD/tests/hardware/hardware_guest --run_test=sockets,clocks |
                sed -uE "s/^(ok|not ok) /\1 ${driver}_/"
        done'
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
guest_options=(-s "$work" -e "SHARE=$work")
WIRESTAMP_LAB_QEMU=stock beside guest 6.12 stampless "e1000e@1 e1000e@1" bash -c '
    modprobe e1000e
    GUEST_STAMPLESS=yes GUEST_DRIVER=e1000e $WIRESTAMP_BUILD/tests/hardware/hardware_guest --run_test=sockets/stamps_that_never_come
    # A clock that waits for such stamps says what is missing, at both ends, and follows nothing.
    . "$GUEST_SCRIPTS/pair.sh"
    add_host here eth0 10.9.0.1
    add_host there eth1 10.9.0.2
    wait_for 20 usable here eth0 && wait_for 20 usable there eth1 || echo "not ok cards: no carrier"
    page_in
    ours master here -i eth0 -E -4 --priority1 10
    await_line /run/master.json "MASTER" 20
    ours client there -i eth1 -E -4 -s
    sleep 12
    stop_all stampless'
wait
expect() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then echo "ok stampless_$name"; else echo "not ok stampless_$name: $(tail -qn 1 "$work"/stampless.*.json)"; fi
}
never() { ! grep -Eq "$@"; }
expect master_says_so grep -q '"fault".*got no time stamp' "$work/stampless.master.json"
expect client_says_so grep -q '"fault".*arrived without a time stamp' "$work/stampless.client.json"
expect client_follows_nothing never '"event": ?"offset"|"to": ?"LOCKED"' "$work/stampless.client.json"
