#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Mistakes that users make and packets that strangers send: each gives a clear error or is counted and ignored.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"

# refuses NAME WORDS-OF-THE-ERROR COMMAND...: ends with exit code 1 or 2, says so, and does not crash.
refuses() {
    local name=$1 words=$2 output status
    shift 2
    output=$(timeout 20 "$@" 2>&1)
    status=$?
    if { [ "$status" = 1 ] || [ "$status" = 2 ]; } && grep -qi -- "$words" <<<"$output"; then
        ok "$name"
    else
        not_ok "$name" "exit $status, said: $(head -c 300 <<<"$output")"
    fi
}

refuses no_verb "subcommand" "$wirestamp"
refuses no_interface "INTERFACE" "$wirestamp" ptp
refuses unknown_verb "ptpp" "$wirestamp" ptpp
refuses unknown_option_names_the_nearest "domainNumber" "$wirestamp" ptp -i wst-a --domainNumbr 3
refuses range_is_told "255" "$wirestamp" ptp -i wst-a --priority1 300
refuses word_is_told "E2E" "$wirestamp" ptp -i wst-a --delay_mechanism E3E
refuses option_without_value "value" "$wirestamp" ptp -i wst-a --priority1
refuses missing_interface "nosuch0" "$wirestamp" ptp -i nosuch0
refuses missing_file "ptp4l-missing.conf" "$wirestamp" ptp -f /nonexistent/ptp4l-missing.conf
printf '[global]\npriority1 128\nnosuchoption 1\n' >"$work/bad.conf"
refuses file_and_line "bad.conf.*3" "$wirestamp" ptp -i wst-a -f "$work/bad.conf"
head -c 5000 /dev/urandom >"$work/random.conf"
refuses rubbish_file "random.conf" "$wirestamp" ptp -i wst-a -f "$work/random.conf"
refuses same_ports "event_port" "$wirestamp" ptp -i wst-a --event_port 4000 --general_port 4000

# Ports below 1024 without the privilege. The namespace may allow it to all: take that away first.
echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null
if [ "$(id -u)" = 0 ] && setpriv --reuid 65534 --clear-groups --inh-caps=-all true 2>/dev/null; then
    refuses port_319_needs_a_capability "cap_net_bind_service" \
        setpriv --reuid 65534 --clear-groups --inh-caps=-all "$wirestamp" ptp -i wst-a -4 -S
    timeout 20 setpriv --reuid 65534 --clear-groups --inh-caps=-all \
        "$wirestamp" ptp -i wst-a -4 -S --event_port 10319 --general_port 10320 -d 1s >"$work/out" 2>&1
    status=$?
    [ "$status" = 0 ] || [ "$status" = 3 ]
    check unprivileged_on_other_ports $? "exit $status: $(head -c 300 "$work/out")"
else
    echo "skip port_319_needs_a_capability # cannot become an ordinary user here"
fi

# Truncated, foreign and random packets on both ports while two clocks run; then the interface goes away and comes back.
"$wirestamp" ptp -i wst-a -4 -S --priority1 100 --json -d 40s >"$work/master.json" 2>&1 &
there "$wirestamp" ptp -i wst-b -4 -S -s --json -d 38s >"$work/client.json" 2>&1 &
client=$!
await_line "$work/client.json" '"to":"LOCKED"' 30
python3 - <<'PY'
import os, random, socket
random.seed(1)
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("192.0.2.1"))
sync = bytes.fromhex("0002002c00000200000000000000000000000000aabbccfffeddeeff000100010000" + "00" * 10)
for i in range(4000):
    kind = i % 5
    if kind == 0:
        packet = random.randbytes(random.randrange(0, 1400))
    elif kind == 1:
        packet = sync[: random.randrange(0, len(sync))]
    elif kind == 2:
        packet = bytes([random.choice([0, 1, 8, 9, 0xb, 0xc, 0xd]), 2]) + random.randbytes(60)
    elif kind == 3:
        packet = bytes([0xb, 1]) + random.randbytes(62)
    else:
        packet = bytes([random.randrange(16), 2, 0xff, 0xff]) + random.randbytes(100)
    for address in ("224.0.1.129", "192.0.2.2", "224.0.0.107"):
        sock.sendto(packet, (address, 319 if i % 2 else 320))
PY
ip link set wst-a down
sleep 1
ip link set wst-a up
there ip link set wst-b down
there ip link set wst-b up
wait "$client"
status=$?
check survives_rubbish_and_link_changes "$status" "exit $status: $(tail -n 3 "$work/client.json")"
python3 - "$work/client.json" <<'PY'
import json, sys
events = [json.loads(l) for l in open(sys.argv[1]) if l.startswith("{")]
samples = [e for e in events if e["event"] == "offset"]
last = [e for e in samples if e["t"] > 33]
print("ok synchronised_again" if last and all(abs(e["offset_ns"]) < 50_000 for e in last)
      else f"not ok synchronised_again: {last[-2:]}")
PY

# An interface that is removed while the clock runs.
ip link add wst-c type veth peer name wst-d
ip addr add 198.51.100.1/24 dev wst-c
ip link set wst-c up
ip link set wst-d up
"$wirestamp" ptp -i wst-c -4 -S --json -d 12s >"$work/gone.json" 2>&1 &
gone=$!
await_line "$work/gone.json" '"to":"MASTER"' 15
ip link del wst-c
await_line "$work/gone.json" INTERFACE_GONE 5
check removed_interface_is_reported $? "$(tail -n 2 "$work/gone.json")"
wait "$gone"
status=$?
check removed_interface_ends_cleanly "$status" "exit $status"
