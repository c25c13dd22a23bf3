#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Our clock and ptp4l follow each other by hardware stamps, each in both roles, by end-to-end and peer delay over IPv4 and IPv6,
# with 50 ppm between the cards; beside it two ptp4l on the same wire for comparison.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/suite.sh"
need 6.12 6.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
guest_options=(-s "$work" -e "SHARE=$work")

# What runs in the guest: NAME OPTIONS-OF-BOTH MASTER CLIENT [OPTIONS-OF-CLIENT] a line.
run_lines() { # KERNEL DRIVER NAME LINE...
    local kernel=$1 driver=$2 lines=$work/$3.lines
    shift 3
    printf '%s\n' "$@" >"$lines"
    guest "$kernel" "$driver" "$driver@1 $driver@1" bash -c '
        . "$GUEST_SCRIPTS/pair.sh"
        modprobe "$1"
        add_host here eth0 10.9.0.1
        add_host there eth1 10.9.0.2
        wait_for 20 usable here eth0 && wait_for 20 usable there eth1 || echo "not ok cards: no carrier"
        page_in
        while read -r name both master client options; do
            turn 0 50000
            turn 1 0
            phc_ctl /dev/ptp1 set >/dev/null
            "$master" master here -i eth0 ${both//,/ } --priority1 10
            await_line "/run/master.$([ $master = ours ] && echo json || echo log)" "MASTER" 20
            "$client" client there -i eth1 ${both//,/ } -s $options
            sleep 20
            stop_all "$name"
        done <"$2"' bash "$driver" "$lines"
}
judge() { python3 "$here_dir/judge.py" "$@"; }

beside run_lines 6.12 igb e2e "e2e_ipv4 -E,-4 theirs ours" "e2e_ipv6 -E,-6 theirs ours" \
    "device_e2e -E,-4 theirs ours --clock_discipline device" "beside_e2e -E,-4 theirs theirs" \
    "leads_e2e_ipv4 -E,-4 ours theirs" "leads_e2e_ipv6 -E,-6 ours theirs"
beside run_lines 6.12 igb p2p "p2p_ipv4 -P,-4 theirs ours" "p2p_ipv6 -P,-6 theirs ours" \
    "device_p2p -P,-6 theirs ours --clock_discipline device" "beside_p2p -P,-6 theirs theirs" \
    "leads_p2p_ipv4 -P,-4 ours theirs" "leads_p2p_ipv6 -P,-6 ours theirs"
wait
for name in e2e_ipv4 e2e_ipv6 device_e2e; do
    judge "igb_$name" "$work/$name.client.json" --frequency 49800 50200 --beside "$work/beside_e2e.client.log"
done
for name in p2p_ipv4 p2p_ipv6 device_p2p; do
    judge "igb_$name" "$work/$name.client.json" --frequency 49800 50200 --beside "$work/beside_p2p.client.log"
done
for name in leads_e2e_ipv4 leads_e2e_ipv6 leads_p2p_ipv4 leads_p2p_ipv6; do
    judge "igb_$name" "$work/$name.client.log" --rms 200 --near 500
done
