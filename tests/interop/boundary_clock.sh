#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A boundary clock of ours between a ptp4l grandmaster and ptp4l slaves, its ports of different transports and delay mechanisms.
# Grandmaster and slaves read the same system clock, so that a slave's offset is the error of the chain through ours.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
. "$here_dir/peers.sh"

for link in 1 2 3; do add_link "$link"; done
cat >"$work/boundary.conf" <<'END'
[global]
path_trace_enabled 1
[wst-b1]
[wst-b2]
[wst-b3]
network_transport UDPv6
delay_mechanism P2P
END

start_capture
theirs grandmaster here -4 -i wst-a1 --priority1 100 --path_trace_enabled 1
grandmaster=$last_process
ours boundary there -f "$work/boundary.conf"
theirs slave_e2e here -4 -E -i wst-a2 -s --path_trace_enabled 1
theirs slave_p2p here -6 -P -i wst-a3 -s --path_trace_enabled 1
await_line "$work/slave_e2e.log" 'master offset' 25
await_line "$work/slave_p2p.log" 'master offset' 25
sleep 10

value() { sed -n "s/.*[[:space:]]$1[[:space:]]*//p" | head -n 1; } # FIELD
gm=$(ask grandmaster.uds "GET DEFAULT_DATA_SET" | value clockIdentity)
own=$(ask boundary.uds "GET DEFAULT_DATA_SET" | value clockIdentity)
[ "$(ask boundary.uds "GET DEFAULT_DATA_SET" | value numberPorts)" = 3 ]
check three_ports $? "not 3 ports"
states=$(ask boundary.uds "GET PORT_DATA_SET" | sed -n 's/.*portState *//p' | tr '\n' ' ')
for attempt in 1 2 3; do # three answers to one question: pmc may leave after the first
    [ "$(wc -w <<<"$states")" = 3 ] && break
    states=$(ask boundary.uds "GET PORT_DATA_SET" | sed -n 's/.*portState *//p' | tr '\n' ' ')
done
[ "$states" = "SLAVE MASTER MASTER " ]
check states_of_the_ports $? "$states"
port=2
for slave in slave_e2e slave_p2p; do
    answer=$(ask $slave.uds "GET PARENT_DATA_SET" "GET CURRENT_DATA_SET")
    [ "$(value grandmasterIdentity <<<"$answer")" = "$gm" ] && [ "$(value parentPortIdentity <<<"$answer")" = "$own-$port" ] &&
        [ "$(value stepsRemoved <<<"$answer")" = 2 ]
    check ${slave}_sees_the_grandmaster_behind_ours $? "$(tr -s ' \t\n' ' ' <<<"$answer")"
    port=3
done
# Management passes through: the slave, ours and the grandmaster answer.
pmc -u -b 2 -i "$work/pmc.far" -s "$work/slave_e2e.uds" "GET DEFAULT_DATA_SET" >"$work/far" 2>&1
grep -q "$gm-" "$work/far" && grep -q "$own-" "$work/far"
check management_passes_through $? "$(grep RESPONSE "$work/far")"
for log in slave_e2e slave_p2p; do cp "$work/$log.log" "$work/${log}_through_ours.log"; done

# Without its master the boundary clock leads the slaves itself, with its own properties.
kill "$grandmaster"
for attempt in $(seq 30); do
    answer=$(ask slave_e2e.uds "GET PARENT_DATA_SET")
    [ "$(value grandmasterIdentity <<<"$answer")" = "$own" ] && break
    sleep 0.3
done
[ "$(value grandmasterIdentity <<<"$answer")" = "$own" ]
check takes_over_when_the_grandmaster_dies $? "$(tr -s ' \t\n' ' ' <<<"$answer")"
stop_all

judge_ours boundary
judge_theirs slave_e2e_through_ours --ahead 0
judge_theirs slave_p2p_through_ours --ahead 0
judge_capture boundary_dissects "$work/capture.pcap"
paths=$(tshark -r "$work/capture.pcap" -Y 'frame.interface_name == "wst-a2" && ptp.v2.messagetype == 11' -V 2>/dev/null |
    grep -c "Path trace")
[ "$paths" -gt 5 ]
check path_trace_goes_on $? "$paths Announces with a path"
# ENHANCED_ACCURACY_METRICS (0x4001) of ours has troubled neither ptp4l nor, above, tshark.
for link in wst-a2 wst-a3; do
    metrics=$(tshark -r "$work/capture.pcap" -Y "frame.interface_name == \"$link\" && ptp.v2.an.tlvType == 16385" 2>/dev/null | wc -l)
    [ "$metrics" -gt 5 ]
    check "accuracy_metrics_on_$link" $? "$metrics Announces with metrics"
done
