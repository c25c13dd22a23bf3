#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two slaves of one ptp4l master on real packets: ptp4l, free running, and wirestamp. All count the same kernel's clock, so
# that what each calls its offset is its error. Prints p95 and maximum of both and their ratios for each run, then how many
# runs were not above ptp4l's. Nothing here is a test: a busy machine decides what it sees.
#
#   tests/benchmark/veth_outliers.sh [RUNS [SECONDS [logSyncInterval]]]
set -u
runs=${1:-5} seconds=${2:-60} log_sync=${3:--3}
wirestamp=${WIRESTAMP_COMMAND:-$(dirname "${BASH_SOURCE[0]}")/../../build/release/samples/command/wirestamp}
for program in ptp4l python3 unshare nsenter setpriv; do
    command -v "$program" >/dev/null || { echo "veth_outliers: $program is missing" >&2; exit 1; }
done
if [ -z "${WIRESTAMP_IN_NAMESPACE:-}" ]; then
    flags=(--net --mount --fork --kill-child)
    [ "$(id -u)" = 0 ] || flags+=(--user --map-root-user)
    WIRESTAMP_IN_NAMESPACE=1 exec unshare "${flags[@]}" bash "$0" "$@"
fi
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT

# A bridge here, and master and slaves in namespaces of their own on it.
ip link set lo up
ip link add bridge type bridge mcast_snooping 0
ip link set bridge up
declare -A host
number=0
for slave in master theirs ours; do
    number=$((number + 1))
    unshare --net setpriv --pdeathsig KILL sleep infinity &
    host[$slave]=$!
    timeout 10 sh -c 'until [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done' \
        sh "${host[$slave]}"
    ip link add "to-$slave" type veth peer name eth0 netns "${host[$slave]}"
    ip link set "to-$slave" master bridge up
    nsenter --net="/proc/${host[$slave]}/ns/net" sh -c \
        "ip addr add 192.0.2.$number/24 dev eth0; ip link set eth0 up"
done
common=(--logSyncInterval "$log_sync" --logMinDelayReqInterval "$log_sync" --logAnnounceInterval -1)
nsenter --net="/proc/${host[master]}/ns/net" setpriv --pdeathsig KILL ptp4l -S -m -q -i eth0 --priority1 1 --free_running 1 \
    --tx_timestamp_timeout 200 --uds_address "$work/m" "${common[@]}" >"$work/master" 2>&1 &

for run in $(seq "$runs"); do
    timeout "$seconds" nsenter --net="/proc/${host[theirs]}/ns/net" ptp4l -S -s -m -q -i eth0 --free_running 1 \
        --freq_est_interval 0 --summary_interval -10 --tx_timestamp_timeout 200 --uds_address "$work/s" "${common[@]}" \
        >"$work/theirs" 2>&1 &
    first=$!
    timeout "$((seconds + 5))" nsenter --net="/proc/${host[ours]}/ns/net" "$wirestamp" ptp -S -s -i eth0 --json -d "${seconds}s" \
        "${common[@]}" >"$work/ours" 2>&1 &
    wait "$first" $!
    python3 - "$work" "$run" <<'END'
import json, re, sys
work, run = sys.argv[1:]
theirs = [abs(int(m.group(1))) for m in re.finditer(r"master offset\s+(-?\d+) s[0-3]", open(f"{work}/theirs").read())]
ours, locked = [], False
for line in open(f"{work}/ours"):
    if not line.startswith("{"):
        continue
    event = json.loads(line)
    if event.get("event") == "clock_state":
        locked = event["to"] == "LOCKED"
    if event.get("event") == "offset" and locked:
        ours.append(abs(event["offset_ns"]))
# Free running, ptp4l of Debian 12 tells one offset a second, whatever the rate of Syncs: of ours as many are taken.
theirs, ours = theirs[len(theirs) // 4:], ours[len(ours) // 4:]
ours = [ours[i * len(ours) // max(len(theirs), 1)] for i in range(len(theirs))] if len(ours) > len(theirs) else ours
count = min(len(ours), len(theirs))
if count < 15:
    sys.exit(f"run {run}: too few samples (ours {len(ours)}, ptp4l's {len(theirs)})")
ours, theirs = sorted(ours[-count:]), sorted(theirs[-count:])
p95 = [values[int(0.95 * (count - 1))] for values in (ours, theirs)]
largest = [values[-1] for values in (ours, theirs)]
print(f"run {run}: {count} samples; p95 ours {p95[0]} ns, ptp4l {p95[1]} ns, ratio {p95[0] / max(p95[1], 1):.2f}; "
      f"max ours {largest[0]} ns, ptp4l {largest[1]} ns, ratio {largest[0] / max(largest[1], 1):.2f}", flush=True)
with open(f"{work}/verdicts", "a") as verdicts:
    print(int(p95[0] <= p95[1]), int(largest[0] <= largest[1]), file=verdicts)
END
done
awk -v runs="$runs" '{ p += $1; m += $2 } END { printf "not above ptp4l: p95 in %d, maximum in %d of %d runs\n", p, m, NR }' \
    "$work/verdicts"
