#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A boundary clock across two cards, each with a clock of its own: ptp4l - one card, our clock, the other card - ptp4l. The last
# in the line measures what the way over both clocks costs, from its own stamps; and its clock is compared with the first's.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/suite.sh"
need 6.12 6.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
guest_options=(-s "$work" -e "SHARE=$work")
guest 6.12 "$suite" "igb@1 igb@1 igb@2 igb@2" bash -c '
    . "$GUEST_SCRIPTS/pair.sh"
    modprobe igb
    add_host here eth0 10.9.0.1
    add_host between eth1 10.9.0.2
    add_host between eth2 10.9.1.2
    add_host there eth3 10.9.1.3
    wait_for 20 usable here eth0 && wait_for 20 usable between eth1 && wait_for 20 usable between eth2 &&
        wait_for 20 usable there eth3 || echo "not ok cards: no carrier"
    page_in
    turn 0 50000
    turn 2 -20000
    theirs first here -i eth0 -E -4 --priority1 10
    await_line /run/first.log "MASTER" 20
    ours boundary between -i eth1 -i eth2 -E -4
    theirs last there -i eth3 -E -4 -s
    sleep 60
    offset_of() { phc_ctl "/dev/ptp$1" cmp | sed -n "s/.*CLOCK_REALTIME is \(-\?[0-9]*\)ns.*/\1/p"; }
    apart=$(($(offset_of 0) - $(offset_of 3)))
    # Two reads by two programs of clocks that are 50 ppm off the one that says when: 5 us in 100 ms.
    [ "$apart" -lt 25000 ] && [ "$apart" -gt -25000 ] && echo "ok last_has_the_first_ones_time" ||
        echo "not ok last_has_the_first_ones_time: $apart ns apart"
    stop_all boundary'
judge() { "$here_dir/judge.py" "$@"; }
judge boundary_client "$work/boundary.boundary.json"
# What the two cards are apart is known as well as they can be read.
judge boundary_last "$work/boundary.last.log" --rms 2000 --near 5000 --settles 40 --delay -500 500 --faults SYNCHRONIZATION_FAULT
