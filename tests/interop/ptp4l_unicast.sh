#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Unicast negotiation with ptp4l in both roles over IPv4 and IPv6, with grants so short that they must be renewed, and hybrid
# end-to-end delay (multicast Sync, unicast Delay_Req): six pairings at once. Both programs read the same files.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
. "$here_dir/peers.sh"

for link in 1 2 3 4 5 6; do add_link "$link"; done

# server N: the one that grants; client N TRANSPORT ADDRESS: the one that asks.
server() {
    cat >"$work/server$1.conf" <<END
[global]
priority1 100
unicast_listen 1
inhibit_multicast_service 1
network_transport $2
[wst-a$1]
END
}
client() {
    cat >"$work/client$1.conf" <<END
[global]
$4 1
inhibit_multicast_service 1
unicast_req_duration 12
network_transport $2
[unicast_master_table]
table_id 1
logQueryInterval -1
$2 $3
[wst-b$1]
unicast_master_table 1
END
}
server 1 UDPv4; client 1 UDPv4 10.77.1.1 clientOnly
server 2 UDPv4; client 2 UDPv4 10.77.2.1 slaveOnly
server 3 UDPv6; client 3 UDPv6 2001:db8:3::1 clientOnly
server 4 UDPv6; client 4 UDPv6 2001:db8:4::1 slaveOnly

start_capture
theirs granting_ipv4 here -f "$work/server1.conf"
ours our_unicast_ipv4 there -f "$work/client1.conf"
ours our_granting_ipv4 here -f "$work/server2.conf"
theirs ptp4l_unicast_ipv4 there -f "$work/client2.conf"
theirs granting_ipv6 here -f "$work/server3.conf"
ours our_unicast_ipv6 there -f "$work/client3.conf"
ours our_granting_ipv6 here -f "$work/server4.conf"
theirs ptp4l_unicast_ipv6 there -f "$work/client4.conf"
theirs hybrid_master here -4 -E -i wst-a5 --priority1 100 --hybrid_e2e 1
ours our_hybrid there -4 -E -i wst-b5 -s --hybrid_e2e 1
ours our_hybrid_master here -4 -E -i wst-a6 --priority1 100 --hybrid_e2e 1
theirs ptp4l_hybrid there -4 -E -i wst-b6 -s --hybrid_e2e 1
sleep 20
stop_all

for name in our_unicast_ipv4 our_unicast_ipv6 our_hybrid; do judge_ours "$name"; done
for name in ptp4l_unicast_ipv4 ptp4l_unicast_ipv6 ptp4l_hybrid; do judge_theirs "$name" --ahead 0; done
judge_capture unicast_dissects "$work/capture.pcap"

# matching FILTER: how many captured packets
matching() { tshark -r "$work/capture.pcap" -Y "$1" 2>/dev/null | wc -l; }
links='frame.interface_name in {"wst-a1", "wst-a2", "wst-a3", "wst-a4"}'
unicast=$(matching "$links && ptp && (ip.dst == 10.77.0.0/16 || ipv6.dst == 2001:db8::/32)")
multicast=$(matching "$links && ptp && (ip.dst == 224.0.0.0/4 || ipv6.dst == ff00::/8)")
[ "$unicast" -gt 1000 ] && [ "$multicast" = 0 ]
check no_multicast_beside_unicast $? "$unicast packets by unicast, $multicast by multicast"
hybrid=$(matching 'ptp.v2.messagetype == 1 && ip.dst == 10.77.5.1')
[ "$hybrid" -gt 40 ]
check hybrid_delay_req_is_unicast $? "$hybrid unicast Delay_Reqs of ours"
