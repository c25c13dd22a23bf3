#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What lies between the cards, and other cards and kernels: a switch that delays, loses and duplicates between the stamps of the
# two ends, beside ptp4l on the same wire; the guest's own system clock following the card; virtual clocks that hold a card's
# clock; e1000e, and the older kernel.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/suite.sh"
need 6.12 6.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
guest_options=(-s "$work" -e "SHARE=$work")
judge() { "$here_dir/judge.py" "$@"; }

beside guest 6.12 switch "igb@1 igb@2 igb@1 igb@2" bash -c '
    . "$GUEST_SCRIPTS/pair.sh"
    modprobe -a igb bridge sch_netem
    # netem on a card of an end would act before its stamp is taken: it sits on the bridge between.
    ip netns add switch
    for card in eth2 eth3; do ip link set $card netns switch; done
    ip -n switch link add br0 type bridge stp_state 0 mcast_snooping 0
    for card in eth2 eth3; do ip -n switch link set $card master br0; ip -n switch link set $card up; done
    ip -n switch link set br0 up
    add_host here eth0 10.9.0.1
    add_host there eth1 10.9.0.2
    wait_for 20 usable here eth0 && wait_for 20 usable there eth1 || echo "not ok cards: no carrier"
    page_in
    turn 0 50000
    while read -r name client there back; do
        tc -n switch qdisc replace dev eth3 root netem limit 1000 ${there//,/ }
        tc -n switch qdisc replace dev eth2 root netem limit 1000 ${back//,/ }
        turn 1 0
        phc_ctl /dev/ptp1 set >/dev/null 2>&1
        theirs master here -i eth0 -E -4 --priority1 10
        await_line /run/master.log "MASTER" 20
        $client client there -i eth1 -E -4 -s
        sleep 30
        stop_all $name
    done <<END
delay ours delay,1ms delay,1ms
delay_beside theirs delay,1ms delay,1ms
uneven ours delay,300us delay,100us
lossy ours loss,20%,duplicate,5% loss,20%,duplicate,5%
lossy_beside theirs loss,20%,duplicate,5% loss,20%,duplicate,5%
END'

beside guest 6.12 system "igb@1 igb@1" bash -c '
    . "$GUEST_SCRIPTS/pair.sh"
    modprobe igb
    add_host here eth0 10.9.0.1
    add_host there eth1 10.9.0.2
    wait_for 20 usable here eth0 && wait_for 20 usable there eth1 || echo "not ok cards: no carrier"
    page_in
    turn 0 50000
    theirs master here -i eth0 -E -4 --priority1 10
    await_line /run/master.log "MASTER" 20
    # Virtual clocks hold the card: it cannot be steered, and that is said; measuring by it goes on.
    echo 2 >/sys/class/ptp/ptp1/n_vclocks
    kept=("${processes[@]}")
    processes=()
    ours client there -i eth1 -E -4 -s --clock_discipline device
    sleep 6
    stop_all held
    grep -qi "virtual clocks" "$SHARE"/held.client.* && echo "ok held_is_said" || echo "not ok held_is_said: $(tail -n 2 "$SHARE"/held.client.*)"
    ours client there -i eth1 -E -4 -s
    sleep 15
    stop_all vclocks
    # One of them can be stood on instead: packets are stamped by it, and it is steered alone. It starts 1000 s off.
    bound=$(ls -d /sys/class/ptp/ptp1/ptp* | head -n 1)
    bound=${bound##*/ptp}
    phc_ctl "/dev/ptp$bound" set 1000 >/dev/null
    ours client there -i eth1 -E -4 -s --phc_index "$bound" --clock_discipline device
    sleep 20
    offset_of() { phc_ctl "/dev/ptp$1" cmp | sed -n "s/.*CLOCK_REALTIME is \(-\?[0-9]*\)ns.*/\1/p"; }
    apart=$(($(offset_of "$bound") - $(offset_of 0)))
    # Reads by two programs of clocks that are 50 ppm off the one that says when.
    [ "$apart" -lt 25000 ] && [ "$apart" -gt -25000 ] && echo "ok virtual_clock_follows" || echo "not ok virtual_clock_follows: $apart ns apart"
    stop_all bound
    ours client there -i eth1 -E -4 -s --phc_index 0
    sleep 3
    stop_all foreign
    grep -q "virtual clock of its clock" "$SHARE/foreign.client.err" && echo "ok foreign_clock_is_refused" ||
        echo "not ok foreign_clock_is_refused: $(head -n 2 "$SHARE/foreign.client.err")"
    echo 0 >/sys/class/ptp/ptp1/n_vclocks
    ours client there -i eth1 -E -4 -s --clock_discipline device+system
    sleep 40
    # The system has UTC (TAI without the 37 s), the card TAI.
    behind=$(phc_ctl /dev/ptp1 cmp | sed -n "s/.*CLOCK_REALTIME is \(-\?[0-9]*\)ns.*/\1/p")
    off=$((behind + 37000000000))
    [ "$off" -lt 20000 ] && [ "$off" -gt -20000 ] && echo "ok system_clock_follows" || echo "not ok system_clock_follows: $off ns off"
    stop_all system
    processes=("${kept[@]}")
    stop_all master'

short() { # KERNEL DRIVER
    local work=$work/$1_$2
    local guest_options=(-s "$work" -e "SHARE=$work")
    mkdir "$work"
    guest "$1" "$2" "$2@1 $2@1" bash -c '
        . "$GUEST_SCRIPTS/pair.sh"
        modprobe "$1"
        add_host here eth0 10.9.0.1
        add_host there eth1 10.9.0.2
        wait_for 20 usable here eth0 && wait_for 20 usable there eth1 || echo "not ok cards: no carrier"
        page_in
        turn 0 50000
        while read -r name both master client options; do
            turn 1 0
            phc_ctl /dev/ptp1 set >/dev/null 2>&1
            $master master here -i eth0 ${both//,/ } --priority1 10
            await_line "/run/master.$([ $master = ours ] && echo json || echo log)" "MASTER" 20
            $client client there -i eth1 ${both//,/ } -s $options
            sleep 20
            stop_all $name
        done <<END
virtual -E,-4 theirs ours
device -P,-6 theirs ours --clock_discipline device
leads -E,-6 ours theirs
END' bash "$2"
    # An e1000e stamps in steps of 40 ns.
    judge "$1_$2_virtual" "$work/virtual.client.json"
    judge "$1_$2_device" "$work/device.client.json" --rms 40
    judge "$1_$2_leads" "$work/leads.client.log" --rms 300 --near 600
}
beside short 6.1 igb
! have newest || beside short newest igb
beside short 6.12 e1000e
wait

judge switch_delay "$work/delay.client.json" --rms 300 --near 1000 --delay 1005000 1025000 --beside "$work/delay_beside.client.log"
# Half the difference of the ways is what no protocol can see.
judge switch_uneven "$work/uneven.client.json" --rms 300 --near 1000 --delay 205000 225000
judge switch_lossy "$work/lossy.client.json" --rms 1000 --near 3000 --delay 2000 22000 --settles 25 \
    --faults 'Follow_Up|did not answer|without a time stamp' --beside "$work/lossy_beside.client.log"
judge vclocks "$work/vclocks.client.json"
judge virtual_clock_steered "$work/bound.client.json" --frequency 49800 50200
judge device_and_system "$work/system.client.json"
