#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What happens to a client's card while it follows: the link goes (igb then sets its clock to the system's time and silently
# loses the frequency it was given), the ring is resized, another program moves the clock, the card is unplugged and comes back
# with another clock. Each time our clock must be on its master again within seconds, with the adapter's clock steered and with
# one of its own over it.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/suite.sh"
need 6.12 6.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
guest_options=(-s "$work" -e "SHARE=$work")

run() { # KERNEL DRIVER
    guest "$1" "$2" "$2@1 $2@1" bash -c '
        . "$GUEST_SCRIPTS/pair.sh"
        modprobe "$1"
        add_host here eth0 10.9.0.1
        add_host there eth1 10.9.0.2
        wait_for 20 usable here eth0 && wait_for 20 usable there eth1 || echo "not ok cards: no carrier"
        page_in
        turn 0 50000
        theirs master here -i eth0 -E -4 --priority1 10
        await_line /run/master.log MASTER 20
        kept=("${processes[@]}")
        for discipline in device virtual; do
            # What somebody gave the clock before is lost by a reset, too.
            turn 1 -30000
            processes=()
            ours client there -i eth1 -E -4 -s --clock_discipline $discipline
            began=$(date +%s.%N)
            # The moment is told on the clock of the output, whole seconds before it matters.
            mark() { echo "$1 $(awk -v began=$began -v now=$(date +%s.%N) "BEGIN { print now - began }")" >>/run/$discipline.marks; }
            sleep 12
            mark link
            ip -n there link set eth1 down
            sleep 2
            ip -n there link set eth1 up
            wait_for 10 usable there eth1
            sleep 13
            mark ring
            in_host there ethtool -G eth1 rx 512
            sleep 15
            mark writer
            phc_ctl "/dev/ptp$(clock_of there eth1)" -- adj 0.5 >/dev/null 2>&1
            sleep 12
            mark card
            device=/sys/bus/pci/devices/$(in_host there ethtool -i eth1 | sed -n "s/^bus-info: //p")
            echo 1 >"$device/remove"
            sleep 2
            echo 1 >/sys/bus/pci/rescan
            wait_for 10 test -d "$device/net"
            # It comes back in the first namespace, under the first name that is free there.
            [ "$(ls "$device/net")" = eth1 ] || ip link set "$(ls "$device/net")" name eth1
            add_host there eth1 10.9.0.2
            wait_for 10 usable there eth1
            sleep 15
            mark end
            stop_all $discipline
            mv /run/$discipline.marks "$SHARE/"
        done
        processes=("${kept[@]}")
        stop_all master' bash "$2"
    for discipline in device virtual; do
        while read -r what at && [ "$what" != end ]; do
            read -r _ until < <(sed -n "/^$what /{n;p}" "$work/$discipline.marks")
            "$here_dir/judge.py" "$1_$2_${discipline}_after_$what" "$work/$discipline.client.json" --after "$at" --until "$until" \
                --settles "$([ "$what" = card ] && echo 22 || echo 12)" --faults 'No such device|link is down|no time stamp|moved by|was removed|without a time stamp|was replaced|sockets of|is gone'
        done <"$work/$discipline.marks"
    done
}
run 6.12 igb
