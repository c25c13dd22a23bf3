#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The five samples of a language on lo, across a veth pair with kernel stamps, against the `wirestamp` command as master, and on
# the simulated network. Usage: check_samples.sh LANGUAGE PROGRAM, where `PROGRAM NAME ARGUMENT...` runs the sample called
# stamps, watch, latency, ptp or simulated.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../tests/interop/two_hosts.sh"
language=$1 sample=$2

# says NAME PATTERN COMMAND...
says() {
    local name=$1 pattern=$2 output status
    shift 2
    output=$(timeout 120 "$@" 2>&1)
    status=$?
    [ "$status" = 0 ] && grep -q -- "$pattern" <<<"$output"
    check "${language}_sample_$name" $? "exit $status: $(tail -n 3 <<<"$output" | tr '\n' ' ')"
}
says stamps_of_all 'wst-a (veth, ' "$sample" stamps
says stamps_of_veth 'PTP stamps: IPv4 SOFTWARE\|PTP stamps: IPv4 software\|PTP stamps: IPv4 Software' "$sample" stamps wst-a
output=$("$sample" stamps nosuch0 2>&1)
[ $? != 0 ] && grep -q "no interface 'nosuch0'" <<<"$output"
check "${language}_sample_stamps_names_what_is_not_there" $? "$output"
says latency_on_lo '200 datagrams, .*: least' "$sample" latency --self --count 200 127.0.0.1:0

timeout 120 "$sample" latency --count 20 192.0.2.1:5000 >"$work/latency" 2>&1 &
receiver=$!
await_line "$work/latency" 'listening at 192.0.2.1:5000' 60
there bash -c 'while kill -0 '"$receiver"' 2>/dev/null; do echo x >/dev/udp/192.0.2.1/5000; done' 2>/dev/null
wait "$receiver"
status=$?
[ "$status" = 0 ] && grep -q '^20 datagrams, .*: least' "$work/latency"
check "${language}_sample_latency_on_veth" $? "exit $status: $(tail -n 2 "$work/latency" | tr '\n' ' ')"

timeout 120 "$sample" watch 1 >"$work/watch" 2>&1 &
watcher=$!
await_line "$work/watch" '^watching' 60
ip link set wst-a down
wait "$watcher"
status=$?
[ "$status" = 0 ] && grep -q '^wst-a: .*link' "$work/watch"
check "${language}_sample_watch_tells_of_a_link" $? "exit $status: $(tail -n 2 "$work/watch" | tr '\n' ' ')"
ip link set wst-a up

there "$wirestamp" ptp -i wst-b --logSyncInterval -3 --logAnnounceInterval -2 >"$work/master" 2>&1 &
timeout 120 "$sample" ptp --count 24 wst-a clientOnly 1 logAnnounceInterval -2 logMinDelayReqInterval -3 >"$work/ptp" 2>&1
status=$?
[ "$status" = 0 ] && grep -q 'UNCALIBRATED.*SLAVE\|Uncalibrated.*Slave' "$work/ptp" &&
    grep -qi 'locked, offset -\?[0-9]* ns, true time within' "$work/ptp"
check "${language}_sample_ptp_locks_to_a_master" $? "exit $status: $(tail -n 3 "$work/ptp" | tr '\n' ' ')"
kill %% 2>/dev/null

says simulated_locks_again 'with it again: L' "$sample" simulated 3
"$sample" simulated 7 >"$work/one" 2>&1
"$sample" simulated 7 >"$work/two" 2>&1
"$sample" simulated 8 >"$work/other" 2>&1
cmp -s "$work/one" "$work/two" && ! cmp -s "$work/one" "$work/other"
check "${language}_sample_simulated_repeats_with_its_seed" $? "$(diff "$work/one" "$work/two" | head -n 3 | tr '\n' ' ')"
