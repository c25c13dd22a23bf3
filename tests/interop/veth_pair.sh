#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two clocks of ours over a veth pair with kernel software stamps: the client locks and stays within microseconds, the master
# keeps its intervals, and tshark finds nothing to say about any packet.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
seconds=${WIRESTAMP_PAIR_SECONDS:-60}

tshark -q -i wst-a -w "$work/pair.pcap" -f 'udp port 319 or udp port 320' >/dev/null 2>"$work/tshark.log" &
await_line "$work/tshark.log" Capturing 20

"$wirestamp" ptp -i wst-a -4 -S --priority1 100 --json -d "$((seconds + 3))s" >"$work/master.json" 2>"$work/master.err" &
master=$!
there "$wirestamp" ptp -i wst-b -4 -S -s --json -d "${seconds}s" >"$work/client.json" 2>"$work/client.err"
check client_exit $? "$(head -c 300 "$work/client.err")"
wait "$master"
check master_exit $? "$(head -c 300 "$work/master.err")"
kill %2 2>/dev/null
wait %2 2>/dev/null
python3 "$here_dir/judge.py" pair "$work/client.json" --seconds "$seconds"
judge_capture pair_dissects "$work/pair.pcap"

# 128 Sync a second asked for means 128 sent: 127 would be a timer that drifts.
tshark -q -i wst-a -w "$work/rate.pcap" -f 'udp port 319' -a duration:12 >/dev/null 2>"$work/tshark.log" &
capture=$!
await_line "$work/tshark.log" Capturing 20
"$wirestamp" ptp -i wst-a -4 -S --priority1 100 --logAnnounceInterval -2 --logSyncInterval -7 --json -d 12s \
    >"$work/rate.json" 2>&1 &
wait "$capture" "$!"
tshark -r "$work/rate.pcap" -Y 'ptp.v2.messagetype == 0' -T fields -e frame.time_epoch 2>/dev/null >"$work/times"
python3 - "$work/times" <<'PY'
import sys
times = [float(line) for line in open(sys.argv[1])]
rate = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 2 else 0
print("ok master_keeps_128_per_second" if len(times) > 500 and abs(rate - 128) < 0.25
      else f"not ok master_keeps_128_per_second: {rate:.2f}/s over {len(times)} Sync")
print(f"# {len(times)} Sync at {rate:.3f}/s", file=sys.stderr)
PY
