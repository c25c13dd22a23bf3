#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# wirestamp beside ptp4l in one run, over veth pairs with kernel software stamps: CPU time per 1000 PTP messages and resident
# memory at 128 Sync/s as master and as slave, inside the least C program that has a clock in it, and of a program that makes
# the system calls and has none (bare_ptp); then the offsets of both as slaves of one master. ptp4l steers nothing (free_running),
# so that no clock of the machine moves and the offsets it prints are its errors.
#
# usage: WIRESTAMP_COMMAND=build/release/samples/command/wirestamp tests/benchmark/ptp_peers.sh [SECONDS [SECONDS]]
set -u
cpu_seconds=${1:-30}
offset_seconds=${2:-60}
. "$(dirname "${BASH_SOURCE[0]}")/../interop/two_hosts.sh"
. "$here_dir/peers.sh"
bench_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# What a program writes a second costs it more than the protocol: both write one line a second.
rate=(--logSyncInterval -7 --logMinDelayReqInterval -7 --logAnnounceInterval 0)
quiet() { # NAME here|HOST OPTIONS...: ours, with text output
    local name=$1 where=$2
    shift 2
    enter "$where" "$wirestamp" ptp -S --uds_address "$work/$name.uds" "$@" >"$work/$name.log" 2>&1 &
    processes+=($!)
    last_process=$!
}

# spent NAME PID: CPU ns, ticks of it in the program and in the kernel, kB resident, kB of them its own, messages in and out, of
# one process until now
spent() {
    local cpu=0 one rest
    while read -r one rest; do cpu=$((cpu + one)); done < <(cat /proc/"$2"/task/*/schedstat)
    echo "$1 $cpu $(sed 's/.*) //' "/proc/$2/stat" | cut -d ' ' -f 12,13)" \
        "$(awk '/^VmRSS|^RssAnon/ {printf "%s ", $2}' "/proc/$2/status")" \
        "$(messages_of "$1")"
}
messages_of() { # NAME
    if [ -f "$work/$1.count" ]; then
        od -An -t u8 "$work/$1.count"
    else
        ask "$1.uds" "GET PORT_STATS_NP" | awk '/[rt]x_/ {n += $2} END {print n + 0}'
    fi
}

# measured NAME: the process just started, and what it is called
names=()
pids=()
measured() {
    names+=("$1")
    pids+=("$last_process")
}
links_made=0
new_link() {
    links_made=$((links_made + 1))
    add_link "$links_made"
}
their_end() { # master|slave NAME: on the newest link
    if [ "$1" = master ]; then
        theirs "$2" here -4 -E -i "wst-a$links_made" --priority1 100 "${rate[@]}" --summary_interval 0
    else
        theirs "$2" there -4 -E -i "wst-b$links_made" -s "${rate[@]}" --summary_interval 0
    fi
}
program() { # here|there COMMAND...
    enter "$@" &
    processes+=($!)
    last_process=$!
}

# Who is measured has a ptp4l before him, because who sends pays for waking the other.
new_link
their_end master their_master && measured their_master
their_end slave their_slave && measured their_slave
new_link
their_end master master_of_ours
quiet our_slave there -4 -E -i "wst-b$links_made" -s "${rate[@]}" && measured our_slave
new_link
quiet our_master here -4 -E -i "wst-a$links_made" --priority1 100 "${rate[@]}" && measured our_master
their_end slave slave_of_ours
programs=$(dirname "$wirestamp")/../../tests/benchmark
if [ -x "$programs/benchmark_embedder" ]; then
    embedded=(time_stamping software logSyncInterval -7 logMinDelayReqInterval -7 logAnnounceInterval 0)
    new_link
    their_end master master_of_embedder
    program there "$programs/benchmark_embedder" "wst-b$links_made" clientOnly 1 uds_address "$work/slave_in_c.uds" "${embedded[@]}"
    measured slave_in_c
    new_link
    program here "$programs/benchmark_embedder" "wst-a$links_made" priority1 100 uds_address "$work/master_in_c.uds" "${embedded[@]}"
    measured master_in_c
    their_end slave slave_of_embedder
fi
if [ -x "$programs/benchmark_bare_ptp" ]; then
    for beats in 1 5; do
        new_link
        their_end master "master_of_bare_$beats"
        program there "$programs/benchmark_bare_ptp" slave "wst-b$links_made" "$beats" "$work/bare_slave_$beats.count"
        measured "bare_slave_$beats"
    done
    new_link
    program here "$programs/benchmark_bare_ptp" master "wst-a$links_made" 1 "$work/bare_master.count"
    measured bare_master
    their_end slave slave_of_bare
fi
sleep 12
for i in "${!pids[@]}"; do spent "${names[i]}" "${pids[i]}"; done >"$work/before"
sleep "$cpu_seconds"
for i in "${!pids[@]}"; do spent "${names[i]}" "${pids[i]}"; done >"$work/after"
stop_all
python3 "$bench_dir/ptp_peers.py" cpu "$work/before" "$work/after"

# One master and both slaves on one bridge, at 16 Sync/s.
ip link add wst-br type bridge forward_delay 0 mcast_snooping 0
ip link set wst-br up
for number in 1 2 3 4; do
    add_host "host$number"
    ip link add "wst-h$number" type veth peer name "wst-p$number"
    ip link set "wst-p$number" netns "${host_pid[host$number]}"
    ip link set "wst-h$number" master wst-br up
    nsenter --net="/proc/${host_pid[host$number]}/ns/net" ip addr add "10.77.0.$number/24" dev "wst-p$number"
    nsenter --net="/proc/${host_pid[host$number]}/ns/net" ip link set "wst-p$number" up
done
slow=(--logSyncInterval -4 --logMinDelayReqInterval -4 --logAnnounceInterval 0)
theirs one_master host1 -4 -E -i wst-p1 --priority1 100 "${slow[@]}" --summary_interval 0
theirs their_client host2 -4 -E -i wst-p2 -s "${slow[@]}" --summary_interval -7
ours our_client host3 -4 -E -i wst-p3 -s "${slow[@]}"
ours our_free_client host4 -4 -E -i wst-p4 -s --free_running 1 "${slow[@]}"
sleep $((offset_seconds + 15))
stop_all
python3 "$bench_dir/ptp_peers.py" offsets "$work/our_client.json" "$work/our_free_client.json" "$work/their_client.log" "$offset_seconds"
