# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the scripts of this folder. Gives each script two hosts of its own: this shell moves into fresh network and
# mount namespaces, a second network namespace hangs on a child process, and a veth pair joins them (wst-a here, wst-b there).
# This shell is the first process of a process namespace, so that the kernel ends with it whatever it started, also after a crash,
# and removes the rest with that: nothing is left behind and nothing of the host is seen.
#
# A script prints `ok NAME`, `not ok NAME: why` or `skip NAME # why` and exits 0 unless it broke itself.

if [ -z "${WIRESTAMP_IN_NAMESPACE:-}" ]; then
    flags=(--net --mount --pid --mount-proc --fork --kill-child)
    [ "$(id -u)" = 0 ] || flags+=(--user --map-root-user)
    if ! unshare "${flags[@]}" true 2>/dev/null; then
        echo "skip $(basename "$0" .sh) # no network namespaces for this user on this kernel"
        exit 0
    fi
    WIRESTAMP_IN_NAMESPACE=1 exec unshare "${flags[@]}" bash "$0" "$@"
fi

work=$(mktemp -d)
there_pid=
# unshare blocks SIGTERM while its child lives: the child must be told too.
trap 'kill $(jobs -p) $there_pid 2>/dev/null; rm -rf "$work"' EXIT

unshare --net --fork --kill-child sleep infinity &
for _ in $(seq 200); do
    there_pid=$(cat /proc/$!/task/$!/children 2>/dev/null)
    there_pid=${there_pid%% *}
    [ -n "$there_pid" ] && [ "$(readlink "/proc/$there_pid/ns/net")" != "$(readlink /proc/self/ns/net)" ] && break
    sleep 0.05
done
there() { nsenter --net="/proc/$there_pid/ns/net" "$@"; }

if ! ip link add wst-a type veth peer name wst-b 2>/dev/null; then
    echo "skip $(basename "$0" .sh) # this kernel has no veth devices"
    exit 0
fi
ip link set wst-b netns "$there_pid"
# Duplicate address detection would keep IPv6 silent for its first seconds.
echo 0 >/proc/sys/net/ipv6/conf/wst-a/accept_dad 2>/dev/null
there sh -c 'echo 0 >/proc/sys/net/ipv6/conf/wst-b/accept_dad' 2>/dev/null
ip link set lo up
ip addr add 192.0.2.1/24 dev wst-a
ip addr add 2001:db8::1/64 dev wst-a nodad 2>/dev/null
ip link set wst-a up
there ip link set lo up
there ip addr add 192.0.2.2/24 dev wst-b
there ip addr add 2001:db8::2/64 dev wst-b nodad 2>/dev/null
there ip link set wst-b up

ok() { echo "ok $1"; }
not_ok() { echo "not ok $1: $2"; }
# check NAME CONDITION-STATUS WHY
check() { if [ "$2" = 0 ]; then ok "$1"; else not_ok "$1" "$3"; fi; }

# Waits until a file holds a line with this pattern; the limit only ends a failure.
await_line() { # FILE PATTERN SECONDS
    timeout "$3" sh -c 'until grep -q -- "$2" "$1" 2>/dev/null; do sleep 0.1; done' sh "$1" "$2"
}

# tshark judges all that was captured: no malformed packet and no note of level warning or above, and nothing but PTP.
judge_capture() { # NAME FILE
    local bad total
    total=$(capinfos -c -M -r -T "$2" 2>/dev/null | cut -f 2)
    bad=$(tshark -r "$2" -Y '!ptp || _ws.malformed || _ws.expert.severity >= 0x600000' 2>/dev/null)
    if [ "${total:-0}" -gt 0 ] && [ -z "$bad" ]; then
        ok "$1"
    else
        not_ok "$1" "${total:-0} packets; noted: $(echo "$bad" | head -n 3)"
    fi
}

wirestamp=${WIRESTAMP_COMMAND:?set WIRESTAMP_COMMAND to the wirestamp program}
here_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
