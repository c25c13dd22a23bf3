#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The C++ samples as their reader builds and runs them: against the installation, on lo, and across the veth pair.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
prefix=${WIRESTAMP_PREFIX:?}
library=$(dirname "$(find "$prefix" -name 'libwirestamp.so' | head -n 1)")

pids=()
for source in "$WIRESTAMP_ROOT"/samples/cpp/*.cpp; do
    name=$(basename "$source" .cpp)
    g++ -std=c++17 -pedantic -Wall -Wextra -Werror "$source" -o "$work/$name" -I "$prefix/include" -L "$library" -lwirestamp \
        "-Wl,-rpath,$library" >"$work/$name.compiler" 2>&1
    check "compiles_$name" $? "$(head -c 300 "$work/$name.compiler")"
    [ "$(wc -l <"$source")" -lt 100 ]
    check "short_$name" $? "$(wc -l <"$source") lines"
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
says stamps_of_all 'wst-a (veth)' "$work/hardware_timestamps"
says stamps_of_veth 'PTPv2 over IPv4 software' "$work/hardware_timestamps" wst-a
says receive_latency_on_lo '20 datagrams: least' "$work/receive_latency"
says simulated_network_without_hardware 'ok the_time_is_right' "$work/simulated_network"

"$work/watch_changes" >"$work/changes.txt" 2>&1 &
pids+=($!)
await_line "$work/changes.txt" watching 20
ip link add name wst-new type veth peer name wst-newer
ip link set wst-a down
await_line "$work/changes.txt" 'wst-new: added' 20
check watch_changes_tells_of_a_new_adapter $? "$(tail -n 3 "$work/changes.txt")"
await_line "$work/changes.txt" 'wst-a: .*link' 20
check watch_changes_tells_of_a_link $? "$(tail -n 3 "$work/changes.txt")"
ip link set wst-a up

there "${WIRESTAMP_COMMAND:?}" ptp -i wst-b --priority1=1 >"$work/master.txt" 2>&1 &
pids+=($!)
says ptp_time_across_the_veth 'true time within' "$work/ptp_time" wst-a clientOnly 1

output=$("$work/ptp_time" nosuch0 2>&1)
[ $? = 1 ] && grep -q nosuch0 <<<"$output"
check no_such_interface $? "$output"
kill "${pids[@]}" 2>/dev/null
