#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# wirestamp and ptp4l by end-to-end delay over multicast, each as the other's client, over IPv4 and IPv6: four pairings at once.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
. "$here_dir/peers.sh"

for link in 1 2 3 4; do add_link "$link"; done
start_capture
theirs master_ipv4 here -E -4 -i wst-a1 --priority1 100
ours our_client_ipv4 there -E -4 -i wst-b1 -s
ours our_master_ipv4 here -E -4 -i wst-a2 --priority1 100
theirs ptp4l_client_ipv4 there -E -4 -i wst-b2 -s
theirs master_ipv6 here -E -6 -i wst-a3 --priority1 100
ours our_client_ipv6 there -E -6 -i wst-b3 -s
ours our_master_ipv6 here -E -6 -i wst-a4 --priority1 100
theirs ptp4l_client_ipv6 there -E -6 -i wst-b4 -s
sleep 16
stop_all

judge_ours our_client_ipv4
judge_ours our_client_ipv6
# Both serve the time of the same kernel: ours as TAI with the offset to UTC, which ptp4l must understand.
judge_theirs ptp4l_client_ipv4 --ahead 0
judge_theirs ptp4l_client_ipv6 --ahead 0
judge_capture e2e_dissects "$work/capture.pcap"
