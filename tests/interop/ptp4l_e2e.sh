#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# wirestamp and ptp4l by end-to-end delay over multicast, each as the other's client, over IPv4 and IPv6, and once more where
# wirestamp may make no calls but those of a simple system (only_plain_calls.py): six pairings at once.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
. "$here_dir/peers.sh"

for link in 1 2 3 4 5 6; do add_link "$link"; done
plain() { wirestamp=$work/plain ours "$@"; }
printf '#!/bin/sh\nexec python3 %s %s "$@"\n' "$here_dir/only_plain_calls.py" "$wirestamp" >"$work/plain"
chmod +x "$work/plain"
only_plain_calls=yes
if ! python3 "$here_dir/only_plain_calls.py" true; then
    only_plain_calls=
    echo "skip plain_calls # no such filters of system calls here"
fi
start_capture
theirs master_ipv4 here -E -4 -i wst-a1 --priority1 100
ours our_client_ipv4 there -E -4 -i wst-b1 -s
ours our_master_ipv4 here -E -4 -i wst-a2 --priority1 100
theirs ptp4l_client_ipv4 there -E -4 -i wst-b2 -s
theirs master_ipv6 here -E -6 -i wst-a3 --priority1 100
ours our_client_ipv6 there -E -6 -i wst-b3 -s
ours our_master_ipv6 here -E -6 -i wst-a4 --priority1 100
theirs ptp4l_client_ipv6 there -E -6 -i wst-b4 -s
if [ "$only_plain_calls" ]; then
    theirs master_of_plain here -E -4 -i wst-a5 --priority1 100
    plain our_plain_client there -E -4 -i wst-b5 -s
    plain our_plain_master here -E -4 -i wst-a6 --priority1 100
    theirs ptp4l_client_of_plain there -E -4 -i wst-b6 -s
fi
sleep 16
stop_all

judge_ours our_client_ipv4
judge_ours our_client_ipv6
# Both serve the time of the same kernel: ours as TAI with the offset to UTC, which ptp4l must understand.
judge_theirs ptp4l_client_ipv4 --ahead 0
judge_theirs ptp4l_client_ipv6 --ahead 0
if [ "$only_plain_calls" ]; then
    ! python3 "$here_dir/only_plain_calls.py" python3 -c 'import select; select.epoll()' 2>/dev/null
    check plain_calls_are_all_there_is $? "epoll is to be had in spite of the filter"
    judge_ours our_plain_client
    judge_theirs ptp4l_client_of_plain --ahead 0
fi
judge_capture e2e_dissects "$work/capture.pcap"
