#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A master and a client of ours over a veth pair with kernel stamps, for as long as is wished: neither gains memory or
# descriptors, the client stays locked, and what it recorded is replayed to the same samples.
#
#     tests/interop/soak.sh [SECONDS]        (20 without; WIRESTAMP_SOAK_SECONDS does the same)
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
seconds=${1:-${WIRESTAMP_SOAK_SECONDS:-20}}

rates=(--logSyncInterval -4 --logMinDelayReqInterval -4 --logAnnounceInterval -1)
"$wirestamp" ptp -i wst-a -S --priority1 100 "${rates[@]}" --json -d "$((seconds + 2))s" >"$work/master.json" 2>"$work/master.err" &
master=$!
# The process itself, not nsenter, is watched: setpriv and nsenter replace themselves.
nsenter --net="/proc/$there_pid/ns/net" "$wirestamp" ptp -i wst-b -S -s "${rates[@]}" --json -d "${seconds}s" \
    --record "$work/run.wst" >"$work/client.json" 2>"$work/client.err" &
client=$!
python3 "$here_dir/judge_soak.py" watch "$master" "$client" "$work/usage.json"
wait "$client"
check client_locked $? "$(head -c 300 "$work/client.err")"
wait "$master"
python3 "$here_dir/judge_soak.py" judge "$work/usage.json" "$work/client.json"

"$wirestamp" simulate --replay "$work/run.wst" --every --json >"$work/replay.json" 2>"$work/replay.err"
python3 "$here_dir/judge_soak.py" replay "$work/client.json" "$work/replay.json"
# Another servo has the same packets, and is another run.
"$wirestamp" simulate --replay "$work/run.wst" --servo pi --every --json >"$work/pi.json" 2>>"$work/replay.err"
python3 "$here_dir/judge_soak.py" differs "$work/replay.json" "$work/pi.json"
check replays_complain_of_nothing "$([ ! -s "$work/replay.err" ]; echo $?)" "$(head -c 300 "$work/replay.err")"
echo "# the record has $(stat -c %s "$work/run.wst") octets for $seconds s" >&2
