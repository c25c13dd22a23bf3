#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The C# samples, and the one that calls the library without the binding: on lo, across a veth pair with real kernel stamps and a PTP
# master on its other end, and on a simulated network. Part of test.sh, which builds them.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
native=${WIRESTAMP_BUILD:?}/bindings/csharp
. "$WIRESTAMP_ROOT/tests/interop/two_hosts.sh"
program() { find "$native/bin/$1" -name "$2.dll" -path '*Release*' | head -n 1; }
samples=$(program Samples samples)
pinvoke=$(program PInvoke pinvoke)

# says NAME PATTERN COMMAND...
says() {
    local name=$1 pattern=$2 output status
    shift 2
    output=$(timeout 120 "$@" 2>&1 </dev/null)
    status=$?
    [ "$status" = 0 ] && grep -q -- "$pattern" <<<"$output"
    check "$name" $? "exit $status: $(tail -n 3 <<<"$output" | tr '\n' ' ')"
}
for source in "$WIRESTAMP_ROOT"/samples/csharp/*.cs "$WIRESTAMP_ROOT"/samples/csharp-pinvoke/*.cs; do
    [ "$(wc -l <"$source")" -lt 100 ] || not_ok "short_$(basename "$source")" "$(wc -l <"$source") lines"
done
says sample_hardware_timestamps 'wst-a (Veth)' dotnet "$samples" hardware-timestamps
says sample_receive_latency '20 datagrams: least' dotnet "$samples" receive-latency
dotnet "$samples" receive-latency wst-a 5000 20 >"$work/latency.txt" 2>&1 </dev/null &
receiver=$!
there bash -c 'while kill -0 '"$receiver"' 2>/dev/null; do echo x >/dev/udp/192.0.2.1/5000; done' 2>/dev/null
wait "$receiver"
status=$?
[ "$status" = 0 ] && grep -q '^20 datagrams: least' "$work/latency.txt" && grep -q 'Software stamp' "$work/latency.txt"
check sample_receive_latency_across_the_veth $? "exit $status: $(tail -n 2 "$work/latency.txt" | tr '\n' ' ')"
says sample_simulated_network 'ok the_time_is_right' dotnet "$samples" simulated-network
LD_LIBRARY_PATH=$native says sample_pinvoke 'wst-a: index' dotnet "$pinvoke" wst-a

dotnet "$samples" watch-changes >"$work/changes.txt" 2>&1 </dev/null &
watcher=$!
await_line "$work/changes.txt" watching 30
ip link add name wst-new type veth peer name wst-newer
await_line "$work/changes.txt" 'wst-new: added' 30
check sample_watch_changes_tells_of_a_new_adapter $? "$(tail -n 3 "$work/changes.txt" | tr '\n' ' ')"
ip link set wst-a down
await_line "$work/changes.txt" 'wst-a: .*(Down)' 30
check sample_watch_changes_tells_of_a_link $? "$(tail -n 3 "$work/changes.txt" | tr '\n' ' ')"
ip link set wst-a up
kill "$watcher" 2>/dev/null
says sample_watch_changes_ends_in_time watching dotnet "$samples" watch-changes 0.5

there "${WIRESTAMP_COMMAND:?}" ptp -i wst-b --priority1=1 --logSyncInterval=-2 >"$work/master.txt" 2>&1 &
master=$!
says sample_ptp_time_across_the_veth 'true time within' dotnet "$samples" ptp-time wst-a clientOnly 1
kill "$master" 2>/dev/null

# What is said where the libraries are missing, or only the one that they need.
mkdir "$work/bare"
cp "$(dirname "$samples")"/* "$work/bare" 2>/dev/null
for missing in both one; do
    rm -f "$work"/bare/libwirestamp.so.1
    [ $missing = one ] || rm -f "$work"/bare/*.so
    output=$(LD_LIBRARY_PATH= dotnet "$work/bare/samples.dll" hardware-timestamps lo 2>&1 </dev/null)
    [ $? != 0 ] && grep -q 'Put both beside the program' <<<"$output"
    check "says_what_to_do_without_$missing" $? "$(head -n 2 <<<"$output" | tr '\n' ' ')"
    cp "$(dirname "$samples")"/libwirestampcs.so "$work"/bare
done

output=$(dotnet "$samples" ptp-time nosuch0 2>&1 </dev/null)
[ $? = 1 ] && grep -q nosuch0 <<<"$output"
check sample_names_a_missing_interface $? "$output"
