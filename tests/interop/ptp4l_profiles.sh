#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Ways to run that differ from the default in more than one option: the telecom profile G.8275.2, 128 messages a second,
# peer delay by unicast, and interfaces on top of others (VLAN, macvlan). Each with ptp4l on the other side.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
. "$here_dir/peers.sh"

for link in 1 2 3 4 5 6 7 8; do add_link "$link"; done

# The telecom profile: by its name here, by its options there.
telecom=(--dataset_comparison G.8275.x --domainNumber 44 --hybrid_e2e 1 --inhibit_multicast_service 1 --maxStepsRemoved 255
    --unicast_req_duration 60)
table() { # FILE SERVER INTERFACE [MORE]
    printf '[global]\n[unicast_master_table]\ntable_id 1\nlogQueryInterval -1\n%b\nUDPv4 %s\n[%s]\nunicast_master_table 1\n' \
        "${4:-}" "$2" "$3" >"$work/$1"
}
table telecom1.conf 10.77.1.1 wst-b1
table telecom2.conf 10.77.2.1 wst-b2
theirs t_gm here -4 -E "${telecom[@]}" --unicast_listen 1 --masterOnly 1 --clockClass 6 -i wst-a1
ours our_telecom there --profile g8275.2 -f "$work/telecom1.conf" -s
ours t_gm_ours here --profile g8275.2 --serverOnly 1 --clockClass 6 -i wst-a2
theirs ptp4l_telecom there -4 -E "${telecom[@]}" -f "$work/telecom2.conf" -s

# 128 a second of everything.
rate=(--summary_interval -7 --logSyncInterval -7 --logMinDelayReqInterval -7 --logAnnounceInterval -2)
theirs fast_gm here -4 -E -i wst-a3 --priority1 100 "${rate[@]}"
ours our_fast there -4 -E -i wst-b3 -s "${rate[@]}"
ours fast_gm_ours here -4 -E -i wst-a4 --priority1 100 "${rate[@]}"
theirs ptp4l_fast there -4 -E -i wst-b4 -s "${rate[@]}"

# Peer delay by unicast to a peer that is named.
table peer5.conf 10.77.5.1 wst-b5 'peer_address 10.77.5.1'
table peer6.conf 10.77.6.1 wst-b6 'peer_address 10.77.6.1'
theirs p_gm here -4 -P -i wst-a5 --priority1 100 --unicast_listen 1
ours our_unicast_peer there -4 -P -f "$work/peer5.conf" -s
ours p_gm_ours here -4 -P -i wst-a6 --priority1 100 --unicast_listen 1
theirs ptp4l_unicast_peer there -4 -P -f "$work/peer6.conf" -s

# Interfaces on top of others.
stacked() { # N KIND OPTIONS...: wst-sN on both ends
    local n=$1 end
    shift
    ip link add link "wst-a$n" name "wst-s$n" type "$@" 2>/dev/null || return 1
    there ip link add link "wst-b$n" name "wst-s$n" type "$@" 2>/dev/null || return 1
    ip addr add "10.78.$n.1/24" dev "wst-s$n"
    there ip addr add "10.78.$n.2/24" dev "wst-s$n"
    ip link set "wst-s$n" up
    there ip link set "wst-s$n" up
}
stacking=()
if stacked 7 vlan id 100; then
    stacking+=(our_vlan)
    theirs vlan_gm here -4 -E -i wst-s7 --priority1 100
    ours our_vlan there -4 -E -i wst-s7 -s
else
    echo "skip our_vlan # this kernel has no VLAN interfaces"
fi
if stacked 8 macvlan mode bridge; then
    stacking+=(our_macvlan)
    theirs macvlan_gm here -4 -E -i wst-s8 --priority1 100
    ours our_macvlan there -4 -E -i wst-s8 -s
else
    echo "skip our_macvlan # this kernel has no macvlan interfaces"
fi
start_capture
sleep 16
stop_all

for name in our_telecom our_unicast_peer "${stacking[@]}"; do judge_ours "$name"; done
judge_ours our_fast --samples 800
for name in ptp4l_telecom ptp4l_unicast_peer ptp4l_fast; do judge_theirs "$name" --ahead 0; done
judge_capture profiles_dissect "$work/capture.pcap"
unicast=$(tshark -r "$work/capture.pcap" -Y 'ptp.v2.messagetype == 2 && ip.src == 10.77.5.2 && ip.dst == 10.77.5.1' \
    2>/dev/null | wc -l)
[ "$unicast" -gt 40 ]
check pdelay_goes_by_unicast $? "$unicast unicast Pdelay_Reqs"
