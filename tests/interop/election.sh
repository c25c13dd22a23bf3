#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Five clocks of both kinds on one bridge elect one master; the winner dies, priorities change, the first winner comes back.
# Each time all that live must agree: one master, and everybody else follows it.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
. "$here_dir/peers.sh"

if ! ip link add wst-br type bridge forward_delay 0 mcast_snooping 0 2>/dev/null; then
    echo "skip election # this kernel has no bridges"
    exit 0
fi
ip link set wst-br up
declare -A process identity
living=()
for number in 1 2 3 4 5; do
    add_host "host$number"
    ip link add "wst-h$number" type veth peer name "wst-p$number"
    ip link set "wst-p$number" netns "${host_pid[host$number]}"
    ip link set "wst-h$number" master wst-br up
    nsenter --net="/proc/${host_pid[host$number]}/ns/net" ip addr add "10.77.0.$number/24" dev "wst-p$number"
    nsenter --net="/proc/${host_pid[host$number]}/ns/net" ip link set "wst-p$number" up
done
links=(wst-br)

# live NUMBER: clocks 1, 3 and 5 are ours
live() {
    local start=ours
    [ $(($1 % 2)) = 1 ] || start=theirs
    $start "clock$1" "host$1" -4 -i "wst-p$1" --priority1 "${1}0"
    process[$1]=$last_process
    living+=("$1")
}
die() {
    kill -KILL "${process[$1]}"
    wait "${process[$1]}" 2>/dev/null
    rm -f "$work/clock$1.uds"
    local left=() number
    for number in "${living[@]}"; do [ "$number" = "$1" ] || left+=("$number"); done
    living=("${left[@]}")
}

# agree NAME WINNER SECONDS: within that time all name this clock, it leads, and every other follows.
agree() {
    local begin=$SECONDS number answer wrong=start
    while [ -n "$wrong" ] && [ $((SECONDS - begin)) -lt "$3" ]; do
        wrong=
        for number in "${living[@]}"; do
            answer=$(ask "clock$number.uds" "GET PARENT_DATA_SET" "GET PORT_DATA_SET" "GET DEFAULT_DATA_SET")
            identity[$number]=$(sed -n 's/.*clockIdentity  *//p' <<<"$answer" | head -n 1)
            # A ptp4l that may not steer never calls itself calibrated.
            local role='portState  *\(SLAVE\|UNCALIBRATED\)'
            [ "$number" != "$2" ] || role='portState  *MASTER'
            grep -q "grandmasterIdentity  *${identity[$2]:-none}" <<<"$answer" && grep -q "$role" <<<"$answer" ||
                wrong="$wrong clock$number: $(grep -E 'grandmasterIdentity|portState' <<<"$answer" | tr -s ' \t\n' ' ')"
        done
    done
    [ -z "$wrong" ]
    check "$1" $? "not within $3 s: $wrong"
    echo "# $1 after $((SECONDS - begin)) s" >&2
}

start_capture
for number in 5 4 3 2 1; do live $number; done
agree best_of_five_wins 1 20
die 1
agree winner_killed_and_replaced_by_ptp4l 2 15
ask clock5.uds "SET PRIORITY1 5" >/dev/null
agree ours_raised_by_pmc_wins 5 15
ask clock4.uds "SET PRIORITY1 4" >/dev/null
agree theirs_raised_by_pmc_wins 4 15
die 4
agree winner_killed_and_replaced_by_ours 5 15
ask clock5.uds "SET PRIORITY1 250" >/dev/null
agree ours_lowered_by_pmc_yields 2 15
live 1
agree first_winner_comes_back 1 15
stop_all

# A killed master leaves questions open, but nothing of that may hurt: the last samples are good ones.
for number in 3 5; do
    python3 - "$work/clock$number.json" <<'PY'
import json, sys
events = [json.loads(line) for line in open(sys.argv[1]) if line.startswith("{")]
name = sys.argv[1].split("/")[-1].split(".")[0]
last = sorted([abs(event["offset_ns"]) for event in events if event["event"] == "offset"][-15:])
print(f"ok {name}_is_synchronised" if len(last) == 15 and last[7] < 50_000 else f"not ok {name}_is_synchronised: {last}")
PY
done
judge_capture election_dissects "$work/capture.pcap"
