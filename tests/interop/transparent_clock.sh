#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# ptp4l as transparent clock between clocks of ours: a packet stays in it for as long as the machine is busy, and only the
# correctionField tells for how long. Without it the path would be hundreds of microseconds long and never the same.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
. "$here_dir/peers.sh"

for link in 1 2 3 4; do add_link "$link"; done
start_capture
theirs e2e_tc there -4 -E --clock_type E2E_TC -i wst-b1 -i wst-b2 --priority1 254
theirs p2p_tc there -4 -P --clock_type P2P_TC -i wst-b3 -i wst-b4 --priority1 254
ours e2e_master here -4 -E -i wst-a1 --priority1 100
ours p2p_master here -4 -P -i wst-a3 --priority1 100
ours behind_e2e_tc here -4 -E -i wst-a2 -s
ours behind_p2p_tc here -4 -P -i wst-a4 -s
await_line "$work/behind_e2e_tc.json" '"to":"LOCKED"' 20
await_line "$work/behind_p2p_tc.json" '"to":"LOCKED"' 20
sleep 12
stop_all
for name in behind_e2e_tc behind_p2p_tc; do
    judge_ours "$name"
    # Both measure the same two links, so that residence is what the delay would show.
    python3 - "$name" "$work/$name.json" <<'PY'
import json, sys
name, path = sys.argv[1:]
events = [json.loads(line) for line in open(path) if line.startswith("{")]
delays = sorted(event["delay_ns"] for event in events if event["event"] == "offset")
print(f"ok {name}_delay_without_residence" if delays and 0 < delays[len(delays) // 2] < 60_000
      else f"not ok {name}_delay_without_residence: {delays[-1:]}")
PY
done
residence=$(tshark -r "$work/capture.pcap" -Y 'frame.interface_name == "wst-a2" && ptp.v2.messagetype == 8' -T fields \
    -e ptp.v2.correction.ns 2>/dev/null | awk '$1 > 1000' | wc -l)
[ "$residence" -gt 20 ]
check corrections_are_there $? "$residence Follow_Ups with a residence time"
judge_capture transparent_dissects "$work/capture.pcap"
