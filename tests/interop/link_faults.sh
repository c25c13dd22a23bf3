#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What happens to links under a running clock, in both roles and against ptp4l: the address changes, the link goes down and comes
# back, the interface is removed and made anew. Each is told as an event where it is a fault, and survived within seconds: never
# ptp4l's 16 in FAULTY.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
. "$here_dir/peers.sh"

# since FILE PATTERN LINES: whether a line after the first LINES has this pattern; waits up to 12 s.
since() { timeout 12 sh -c 'until tail -n +$(($3 + 1)) "$1" | grep -q -- "$2"; do sleep 0.1; done' sh "$@"; }
lines() { wc -l <"$work/$1"; }

for link in 1 2; do add_link "$link"; done
theirs their_master here -4 -E -i wst-a1 --priority1 100
ours our_client there -4 -E -i wst-b1 -s
ours our_master here -4 -E -i wst-a2 --priority1 100
theirs their_client there -4 -E -i wst-b2 -s
await_line "$work/our_client.json" '"to":"SLAVE"' 20
check client_follows $? "$(tail -n 2 "$work/our_client.json")"
await_line "$work/their_client.log" 'master offset' 20
check master_is_followed $? "$(tail -n 2 "$work/their_client.log")"

# Another address on both of our interfaces.
before=$(lines our_client.json)
there ip addr add 10.77.1.9/24 dev wst-b1
there ip addr del 10.77.1.2/24 dev wst-b1
ip addr add 10.77.2.9/24 dev wst-a2
ip addr del 10.77.2.1/24 dev wst-a2
there ip addr add 10.77.1.9/24 dev wst-b1 2>/dev/null # removing the first address may take the others along
ip addr add 10.77.2.9/24 dev wst-a2 2>/dev/null
for clock in our_client our_master; do
    address=10.77.1.9
    [ $clock = our_client ] || address=10.77.2.9
    for attempt in 1 2 3 4 5 6 7 8; do
        told=$(ask $clock.uds "GET CLOCK_DESCRIPTION" | sed -n 's/.*protocolAddress *//p')
        [ "$told" = "1 $address" ] && break
        sleep 0.3
    done
    [ "$told" = "1 $address" ]
    check "${clock}_knows_its_new_address" $? "$told"
done
before=$(lines our_client.json)
since "$work/our_client.json" '"event":"offset"' "$before"
check client_measures_on $? "$(tail -n 2 "$work/our_client.json")"
before=$(lines their_client.log)
since "$work/their_client.log" 'master offset' "$before"
check master_is_followed_on $? "$(tail -n 2 "$work/their_client.log")"
! grep -q DUPLICATE_IDENTITY "$work/our_master.json" "$work/our_client.json"
check new_address_is_not_taken_for_another_clock $? "$(grep -h DUPLICATE "$work"/our_*.json | head -n 2)"

# The link goes and comes: the other end loses its carrier.
before=$(lines our_client.json)
ip link set wst-a1 down
since "$work/our_client.json" '"fault":"LINK_DOWN"' "$before"
check link_down_is_told $? "$(tail -n 3 "$work/our_client.json")"
since "$work/our_client.json" '"to":"FAULTY"' "$before"
check port_is_faulty_while_it_is_down $? "$(tail -n 3 "$work/our_client.json")"
before=$(lines our_client.json)
ip link set wst-a1 up
since "$work/our_client.json" '"to":"LISTENING"' "$before"
check link_up_is_taken_at_once $? "$(tail -n 3 "$work/our_client.json")"
# The ptp4l at the other end leaves FAULTY after its 16 seconds only.
timeout 40 sh -c 'until tail -n +$(($2 + 1)) "$1" | grep -q "\"to\":\"SLAVE\""; do sleep 0.1; done' sh "$work/our_client.json" "$before"
check client_follows_again $? "$(tail -n 3 "$work/our_client.json")"

# Our master's interface is removed under it, and comes back under the same name.
before=$(lines our_master.json)
ip link del wst-a2
since "$work/our_master.json" '"fault":"INTERFACE_GONE"' "$before"
check removal_is_told $? "$(tail -n 3 "$work/our_master.json")"
before=$(lines our_master.json)
ip link add wst-a2 type veth peer name wst-b2
ip link set wst-b2 netns "$there_pid"
ip addr add 10.77.2.9/24 dev wst-a2
ip link set wst-a2 up
there ip addr add 10.77.2.2/24 dev wst-b2
there ip link set wst-b2 up
since "$work/our_master.json" '"to":"MASTER"' "$before"
check master_comes_back_with_its_interface $? "$(tail -n 3 "$work/our_master.json")"
ours second_client there -4 -E -i wst-b2 -s
await_line "$work/second_client.json" '"to":"SLAVE"' 20
check and_is_followed $? "$(tail -n 2 "$work/second_client.json")"
stop_all
