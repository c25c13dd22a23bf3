#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The verbs that look at adapters, as a user calls them: text, JSON lines, and mistakes.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"

# says NAME PATTERN COMMAND...: succeeds and prints a line with this pattern.
says() {
    local name=$1 pattern=$2 output status
    shift 2
    output=$(timeout 60 "$@" 2>&1)
    status=$?
    if [ "$status" = 0 ] && grep -q -- "$pattern" <<<"$output"; then ok "$name"; else
        not_ok "$name" "exit $status: $(head -c 300 <<<"$output")"
    fi
}
json_lines() { # NAME COMMAND...: every line is an object
    local name=$1
    shift
    if timeout 60 "$@" 2>/dev/null | python3 -c 'import json, sys
lines = [json.loads(line) for line in sys.stdin]
sys.exit(0 if lines and all(isinstance(line, dict) for line in lines) else 1)'; then ok "$name"; else
        not_ok "$name" "not JSON lines"
    fi
}

says list 'wst-a.*veth' "$wirestamp" list
json_lines list_json "$wirestamp" list --json
says caps 'PTP event messages.*software' "$wirestamp" caps wst-a
says caps_native 'TX_SOFTWARE' "$wirestamp" caps wst-a
says caps_strict 'software' "$wirestamp" caps wst-a --strict
json_lines caps_json "$wirestamp" caps wst-a --json
says latency 'send call to transmit stamp *p50' "$wirestamp" latency --count 200
says latency_ipv6 'p50' "$wirestamp" latency --count 50 --address ::1
json_lines latency_json "$wirestamp" latency --count 50 --json
says latency_to_another "send call to kernel's stamp *p50" "$wirestamp" latency --to 192.0.2.2:9 -i wst-a --count 50

# The way in of another host's packets, to an address and to a group on an adapter.
for way in 192.0.2.1:5005 224.0.1.129:5006; do
    "$wirestamp" latency --listen "$way" -i wst-a --count 20 --json >"$work/listen.json" 2>"$work/listen.err" &
    listener=$!
    await_line "$work/listen.err" waiting 20
    for _ in $(seq 100); do
        kill -0 "$listener" 2>/dev/null || break
        there timeout 60 "$wirestamp" latency --to "$way" -i wst-b --count 20 --interval 0ms >/dev/null 2>&1
    done
    wait "$listener" && grep -q '"count":20.*wire_to_application.*software' "$work/listen.json"
    check "latency_listens_on_$way" $? "$(cat "$work/listen.json" "$work/listen.err")"
done

# refuses NAME STATUS PATTERN COMMAND...: exits so, and says why on standard error.
refuses() {
    local name=$1 expected=$2 pattern=$3 output status
    shift 3
    output=$(timeout 60 "$@" 2>&1 >/dev/null)
    status=$?
    [ "$status" = "$expected" ] && grep -q -- "$pattern" <<<"$output"
    check "$name" $? "exit $status: $output"
}
refuses latency_to_no_port 1 'has no port' "$wirestamp" latency --to 192.0.2.2
refuses latency_to_nobody 1 'no numeric IP address' "$wirestamp" latency --to nobody:9
refuses latency_both_ways 2 'excludes' "$wirestamp" latency --to 192.0.2.2:9 --listen 192.0.2.1:9
refuses latency_interface_alone 2 'goes with --to or --listen' "$wirestamp" latency -i wst-a
refuses latency_hardware_alone 2 'goes with --interface' "$wirestamp" latency --hardware --to 192.0.2.2:9
refuses latency_hardware_of_none 1 'no hardware time stamps' "$wirestamp" latency --hardware -i wst-a --to 192.0.2.2:9
refuses latency_by_nothing 1 'nosuch0' "$wirestamp" latency -i nosuch0 --to 192.0.2.2:9
refuses latency_backwards 2 'not negative' "$wirestamp" latency --interval -1s
refuses watch_backwards 2 'not negative' "$wirestamp" watch -d -3s

output=$("$wirestamp" cross wst-a 2>&1)
status=$?
[ "$status" = 1 ] && grep -qi 'hardware clock' <<<"$output"
check cross_without_a_clock_says_so $? "exit $status: $output"
output=$("$wirestamp" caps nosuch0 2>&1)
status=$?
[ "$status" = 1 ] && grep -q nosuch0 <<<"$output"
check caps_of_nothing_says_so $? "exit $status: $output"

"$wirestamp" watch --json -d 60s >"$work/watch.json" 2>"$work/watch.err" &
watcher=$!
await_line "$work/watch.err" watching 20
ip link set wst-a down
await_line "$work/watch.json" '"interface":"wst-a"' 10
check watch_tells_link_down $? "$(tail -n 2 "$work/watch.json")"
ip link add wst-new type veth peer name wst-new2
await_line "$work/watch.json" '"interface":"wst-new"' 10
check watch_tells_added $? "$(tail -n 2 "$work/watch.json")"
ip link set wst-new name wst-renamed
await_line "$work/watch.json" '"interface":"wst-renamed"' 10
check watch_tells_renamed $? "$(tail -n 2 "$work/watch.json")"
ip link del wst-renamed
await_line "$work/watch.json" removed 10
check watch_tells_removed $? "$(tail -n 2 "$work/watch.json")"
kill -INT "$watcher"
wait "$watcher"
status=$?
check watch_ends_on_interrupt "$status" "exit $status"
