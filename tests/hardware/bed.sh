#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes the test bed where it is not there yet, and shows that its guests are what they should be. First of this folder's
# scripts, so that the others' limits of time need not hold the making of it.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/suite.sh"
need 6.12 6.1
for kernel in 6.12 6.1 newest; do
    [ "$kernel" != newest ] || have newest || continue
    beside guest "$kernel" "$suite" "igb@1 e1000e@2" bash -c '
        case $1:$(uname -r) in
            "$1:$1".* | newest:7.[2-9]* | newest:7.1?* | newest:[89].* | newest:1?.*) echo "ok kernel" ;;
            *) echo "not ok kernel: $(uname -r)" ;;
        esac
        modprobe -a igb e1000e
        for card in eth0 eth1; do
            clock=$(ethtool -T $card | sed -n "s/^PTP Hardware Clock: //p")
            # An error of 50 ppm is one, in a QEMU whose clocks are in order: 5 us more or less in 100 ms, and what setting it takes.
            phc_ctl /dev/ptp$clock set >/dev/null 2>&1
            phc_ctl /dev/ptp$clock freq 50000 wait 10 >/dev/null 2>&1
            behind=$(phc_ctl /dev/ptp$clock cmp | sed -n "s/.*CLOCK_REALTIME is \(-\?[0-9]*\)ns.*/\1/p")
            if [ "$behind" -lt -450000 ] && [ "$behind" -gt -700000 ]; then
                echo "ok clock_of_$card"
            else
                echo "not ok clock_of_$card: 50 ppm for 10 s make $behind ns"
            fi
        done' bash "$kernel"
done
wait
