#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# pmc asks and changes our clock over the local sockets and over the network, as it does ptp4l: the same fields, the same
# errors, the same pushed notifications.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
. "$here_dir/peers.sh"
# answered NAME PATTERN SOCKET QUESTION: the answer holds a line like this
answered() {
    local answer
    answer=$(ask "$3" "$4")
    grep -Eq -- "$2" <<<"$answer"
    check "$1" $? "$4 gave: $(tr -s ' \t\n' ' ' <<<"$answer" | head -c 300)"
}

for link in 1 2 3; do add_link "$link"; done
described=(--userDescription 'rack 7;hall 3' --productDescription 'maker;model;instance' --revisionData 'a;b;c'
    --manufacturerIdentity 00:1b:19)
start_capture
theirs their_master here -4 -i wst-a1 --priority1 100 "${described[@]}"
: >"$work/our_client.uds" # a file that is no socket is left alone
"$wirestamp" ptp -i wst-a1 -S --uds_address "$work/our_client.uds" -d 1s >"$work/out" 2>&1
[ $? = 1 ] && grep -q "our_client.uds.*in use" "$work/out" && [ -f "$work/our_client.uds" ]
check file_in_the_way_is_kept $? "$(head -c 300 "$work/out")"
rm "$work/our_client.uds"
# What a clock that was killed leaves behind is replaced.
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(sys.argv[1])' "$work/our_client.uds"
ours our_client there -4 -i wst-b1 -s "${described[@]}" \
    --uds_ro_address "$work/our_client.ro" --uds_file_mode 0600
ours our_master here -4 -i wst-a2 --priority1 100 "${described[@]}"
theirs their_client there -4 -i wst-b2 -s "${described[@]}"
await_line "$work/our_client.json" '"to":"SLAVE"' 20
await_line "$work/their_client.log" 'master offset' 20

[ "$(stat -c %a "$work/our_client.uds" "$work/our_client.ro" | tr '\n' ' ')" = "600 666 " ]
check modes_of_the_sockets $? "$(stat -c %a "$work/our_client.uds" "$work/our_client.ro")"
"$wirestamp" ptp -i wst-a1 -S --uds_address "$work/our_client.uds" -d 1s >"$work/out" 2>&1
[ $? = 1 ] && grep -q "choose another path" "$work/out"
check socket_in_use_is_kept $? "$(head -c 300 "$work/out")"

# Every id that this pmc knows, in both roles, field by field.
questions=(NULL_MANAGEMENT CLOCK_DESCRIPTION USER_DESCRIPTION DEFAULT_DATA_SET CURRENT_DATA_SET PARENT_DATA_SET
    TIME_PROPERTIES_DATA_SET PORT_DATA_SET PRIORITY1 PRIORITY2 DOMAIN SLAVE_ONLY LOG_ANNOUNCE_INTERVAL
    ANNOUNCE_RECEIPT_TIMEOUT LOG_SYNC_INTERVAL VERSION_NUMBER DELAY_MECHANISM LOG_MIN_PDELAY_REQ_INTERVAL CLOCK_ACCURACY
    TRACEABILITY_PROPERTIES TIMESCALE_PROPERTIES TIME_STATUS_NP GRANDMASTER_SETTINGS_NP PORT_DATA_SET_NP
    PORT_PROPERTIES_NP PORT_STATS_NP SYNCHRONIZATION_UNCERTAIN_NP SUBSCRIBE_EVENTS_NP)
for clock in our_client their_client our_master their_master; do
    ask "$clock.uds" "${questions[@]/#/GET }" >"$work/$clock.answers"
done
python3 "$here_dir/judge_answers.py" client "$work/our_client.answers" "$work/their_client.answers"
python3 "$here_dir/judge_answers.py" master "$work/our_master.answers" "$work/their_master.answers"

# Ids that this pmc is too old to ask for; answers and errors by their octets.
python3 - "$work/our_client.uds" "$work/our_client.ro" "$work/python.uds" "$work/our_master.uds" <<'PY'
import os, socket, struct, sys
sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sock.bind(sys.argv[3])
sock.settimeout(5)
names = {0xC007: "port_service_stats_np", 0xC008: "unicast_master_table_np", 0xC009: "port_hwclock_np"}

def request(action, identifier, data=b"", sequence=9):
    tlv = struct.pack("!HHH", 1, 2 + len(data), identifier) + data
    body = b"\xff" * 10 + bytes([0, 0, action, 0]) + tlv
    header = struct.pack("!BBHBBHQIQHHBb", 0x0d, 0x12, 34 + len(body), 0, 0, 0, 0, 0, 0x0011223344556677, 1, sequence, 4, 0x7f)
    return header + body

def exchange(path, action, identifier, data=b""):
    sock.sendto(request(action, identifier, data), path)
    return sock.recv(2000)

for identifier, label in names.items():
    answer = exchange(sys.argv[1], 0, identifier)
    kind, length, echoed = struct.unpack("!HHH", answer[48:54])
    good = kind == 1 and echoed == identifier and 54 + length - 2 == len(answer) and answer[30:32] == b"\0\x09"
    print(f"ok get_{label}" if good else f"not ok get_{label}: {answer[48:].hex()}")
for label, path, action, identifier, data, error in (
        ("unknown_id", sys.argv[1], 0, 0x1fff, b"", 2), ("wrong_length", sys.argv[1], 1, 0x2005, b"", 3),
        ("read_only_refuses_set", sys.argv[2], 1, 0x2005, b"\x50\0", 6),
        ("read_only_refuses_command", sys.argv[2], 3, 0x200e, b"", 6)):
    answer = exchange(path, action, identifier, data)
    kind, _, told = struct.unpack("!HHH", answer[48:54])
    print(f"ok {label}" if kind == 2 and told == error else f"not ok {label}: {answer[48:].hex()}")
# The kernel keeps ten answers for one who does not read: more than those must not be lost.
for sequence in range(30):
    sock.sendto(request(0, 0x2000, sequence=sequence), sys.argv[1])
try:
    order = [struct.unpack("!H", sock.recv(2000)[30:32])[0] for _ in range(30)]
except TimeoutError:
    order = "some are missing"
print("ok burst_is_answered_in_order" if order == list(range(30)) else f"not ok burst_is_answered_in_order: {order}")
# Rubbish, empty and oversized datagrams, and clients that do not stay to read.
for size in (0, 1, 33, 34, 48, 53, 60, 1500, 3000):
    sock.sendto(os.urandom(size), sys.argv[1])
    sock.sendto((bytes([0x0d, 0x12]) + struct.pack("!H", size) + os.urandom(size))[:size], sys.argv[2])
for number in range(200):
    passing = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    if number % 3:
        passing.bind("\0wst-passing-%d" % number)
    passing.sendto(b"\x0d\x12\x00\x36" + b"\0" * 42 + b"\0\0" + b"\0\1\0\2\0\0", sys.argv[1])
    passing.close()
while True: # answers to what happened to be a request are not ours to count
    try:
        sock.settimeout(0.5)
        sock.recv(3000)
    except TimeoutError:
        break
sock.settimeout(5)
answer = exchange(sys.argv[1], 0, 0x2005)
print("ok answers_after_rubbish" if answer[52:54] == b"\x20\x05" else f"not ok answers_after_rubbish: {answer.hex()}")
# NOTIFY_TIME_SYNC: every measurement is pushed, as GET would tell it.
exchange(sys.argv[1], 1, 0xC003, struct.pack("!HB", 60, 2) + bytes(63))
pushed = [sock.recv(2000) for _ in range(3)]
good = all(push[52:54] == b"\xc0\x00" and push[46] & 0x0f == 2 and len(push) == 54 + 50 for push in pushed)
ordered = [struct.unpack("!H", push[30:32])[0] for push in pushed] == [0, 1, 2]
print("ok push_of_each_measurement" if good and ordered else f"not ok push_of_each_measurement: {[p.hex() for p in pushed]}")
exchange(sys.argv[1], 1, 0xC003, struct.pack("!HB", 0, 0) + bytes(63))
# A port switched off and on again.
def port_state():
    return exchange(sys.argv[4], 0, 0x2004)[64]
for identifier, label, state in ((0x200E, "disable_port", {3}), (0x200D, "enable_port", {4, 5, 6})):
    answer = exchange(sys.argv[4], 3, identifier)
    good = answer[46] & 0x0f == 4 and answer[52:54] == struct.pack("!H", identifier) and port_state() in state
    print(f"ok {label}" if good else f"not ok {label}: {answer[34:].hex()}, state {port_state()}")
PY

# Changes.
answered set_priority1 'priority1 +7$' our_master.uds "SET PRIORITY1 7"
answered set_priority2 'priority2 +8$' our_master.uds "SET PRIORITY2 8"
answered get_priority1_after 'priority1 +7$' our_master.uds "GET PRIORITY1"
settings="clockClass 6 clockAccuracy 0x21 offsetScaledLogVariance 0x4e5d currentUtcOffset 38 leap61 1 leap59 0
    currentUtcOffsetValid 1 ptpTimescale 1 timeTraceable 1 frequencyTraceable 1 timeSource 0x20"
for master in our_master their_master; do
    answered "${master}_takes_grandmaster_settings" 'timeSource +0x20$' $master.uds "SET GRANDMASTER_SETTINGS_NP $(echo $settings)"
done
answered read_only_tells 'priority1 +128$' our_client.ro "GET PRIORITY1"
answered read_only_does_not_change 'MANAGEMENT_ERROR_STATUS' our_client.ro "SET PRIORITY1 3"
sleep 2 # an Announce carries it to the clients
for clock in our_client their_client; do
    ask "$clock.uds" "GET PARENT_DATA_SET" "GET TIME_PROPERTIES_DATA_SET"
done >"$work/followed"
for value in 'gm.ClockClass +6$' 'gm.ClockAccuracy +0x21$' 'gm.OffsetScaledLogVariance +0x4e5d$' 'currentUtcOffset +38$' \
    'leap61 +1$' 'currentUtcOffsetValid +1$' 'timeTraceable +1$' 'frequencyTraceable +1$' 'timeSource +0x20$'; do
    [ "$(grep -Ec -- "$value" "$work/followed")" = 2 ]
    check "followed_${value%% *}" $? "$(grep -E "${value%% *}" "$work/followed" | tr -s ' \t\n' ' ')"
done
grep -E 'grandmasterPriority1 +7$' "$work/followed" >/dev/null && grep -E 'grandmasterPriority2 +8$' "$work/followed" >/dev/null
check followed_priorities $? "$(grep grandmasterPriority "$work/followed" | tr -s ' \t\n' ' ')"

# What else can be set: the same answer from both, and the same when it is read again.
for question in "PORT_DATA_SET_NP neighborPropDelayThresh 12345 asCapable 1" "SYNCHRONIZATION_UNCERTAIN_NP uncertain 1"; do
    id=${question%% *}
    for clock in our_master their_master; do
        ask $clock.uds "SET $question" "GET $id" | grep -P '^\t\t' >"$work/$clock.set"
    done
    [ -s "$work/our_master.set" ] && diff -q "$work/our_master.set" "$work/their_master.set" >/dev/null
    check "set_${id,,}" $? "$(paste "$work/our_master.set" "$work/their_master.set" | tr -s ' \t\n' ' ')"
done
ask our_master.uds "SET SYNCHRONIZATION_UNCERTAIN_NP uncertain 255" >/dev/null
# Beyond the clock that is asked: through our port to the master, and back.
pmc -u -b 1 -i "$work/pmc.hop" -s "$work/our_client.uds" "GET DEFAULT_DATA_SET" >"$work/hop" 2>&1
[ "$(grep -c 'RESPONSE MANAGEMENT DEFAULT_DATA_SET' "$work/hop")" = 2 ]
check one_hop_further $? "$(grep RESPONSE "$work/hop")"
# Over the network: telling, not changing.
there pmc -4 -i wst-b2 "GET PARENT_DATA_SET" "SET PRIORITY1 99" >"$work/network" 2>&1
grep -q 'RESPONSE MANAGEMENT PARENT_DATA_SET' "$work/network" && grep -Eq 'grandmasterPriority1 +7$' "$work/network"
check network_get $? "$(tr -s ' \t\n' ' ' <"$work/network" | head -c 300)"
answered network_set_refused 'priority1 +7$' our_master.uds "GET PRIORITY1"

# Pushed notifications: what each end of a link tells its subscriber when the mastership changes.
ours rival here -4 -i wst-a3 --priority1 250
theirs their_subject there -4 -i wst-b3 --priority1 240
subscribe() { # CLOCK
    mkfifo "$work/$1.wishes"
    pmc -u -b 0 -i "$work/$1.subscriber" -s "$work/$1.uds" <"$work/$1.wishes" >"$work/$1.pushed" 2>&1 &
    processes+=($!)
    exec {wishes}>"$work/$1.wishes"
    echo "SET SUBSCRIBE_EVENTS_NP duration 60 NOTIFY_PORT_STATE on NOTIFY_TIME_SYNC off" >&"$wishes"
}
await_line "$work/rival.json" '"to":"UNCALIBRATED"' 15
subscribe rival
subscribe their_subject
await_line "$work/rival.pushed" 'SUBSCRIBE_EVENTS_NP' 5
await_line "$work/their_subject.pushed" 'SUBSCRIBE_EVENTS_NP' 5
answered rival_wins 'priority1 +20$' rival.uds "SET PRIORITY1 20"
await_line "$work/rival.pushed" 'portState  *MASTER' 10
check push_of_port_state $? "$(tr -s ' \t\n' ' ' <"$work/rival.pushed" | head -c 400)"
await_line "$work/their_subject.pushed" 'portState  *UNCALIBRATED' 10
check ptp4l_followed_the_rival $? "$(tr -s ' \t\n' ' ' <"$work/their_subject.pushed" | head -c 400)"
stop_all
[ ! -e "$work/our_client.uds" ] && [ ! -e "$work/rival.uds" ]
check sockets_are_removed $? "$(ls "$work"/*.uds)"
judge_capture management_dissects "$work/capture.pcap"
