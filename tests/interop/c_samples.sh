#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The C samples as their reader builds and runs them: against the installation, on lo, and across the veth pair.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
prefix=${WIRESTAMP_PREFIX:?}
library=$(dirname "$(find "$prefix" -name 'libwirestamp.so' | head -n 1)")

for source in "$WIRESTAMP_ROOT"/samples/c/*.c; do
    name=$(basename "$source" .c)
    lines=$(wc -l <"$source")
    check "short_$name" "$([ "$lines" -lt 100 ]; echo $?)" "$lines lines"
    output=$(cc -std=c99 -pedantic -Wall -Werror "$source" -o "$work/$name" -I "$prefix/include" -L "$library" -lwirestamp \
        "-Wl,-rpath,$library" 2>&1)
    check "compiles_$name" $? "$(head -c 300 <<<"$output")"
done

# says NAME PATTERN COMMAND...
says() {
    local name=$1 pattern=$2 output status
    shift 2
    output=$(timeout 120 "$@" 2>&1)
    status=$?
    [ "$status" = 0 ] && grep -q -- "$pattern" <<<"$output"
    check "$name" $? "exit $status: $(tail -n 3 <<<"$output")"
}
says stamps_of_lo 'REALTIME with MONOTONIC_RAW after 20 samples' "$work/hardware_timestamps"
says stamps_of_veth 'PTPv2 over IPv4 software' "$work/hardware_timestamps" wst-a
says receive_latency_on_lo '20 datagrams: least' "$work/receive_latency"
says send_latency_on_lo '20 stamps: least' "$work/send_latency"

output=$("$work/hardware_timestamps" nosuch0 2>&1)
[ $? = 1 ] && grep -q nosuch0 <<<"$output"
check no_such_interface $? "$output"

timeout 120 "$work/receive_latency" wst-a 5000 10 >"$work/receive.txt" 2>&1 &
receiver=$!
(
    for _ in $(seq 200); do
        kill -0 "$receiver" 2>/dev/null || break
        there "$work/send_latency" 192.0.2.1:5000 10 >"$work/send.txt" 2>&1
    done
)
wait "$receiver"
check receive_latency_on_veth $? "$(tail -n 3 "$work/receive.txt")"
grep -q '10 datagrams: least' "$work/receive.txt"
check receive_latency_on_veth_counts $? "$(tail -n 3 "$work/receive.txt")"
grep -q '10 stamps: least' "$work/send.txt"
check send_latency_on_veth $? "$(tail -n 3 "$work/send.txt")"
