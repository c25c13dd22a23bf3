#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Real packets between wirestamp.exe and its peers over a veth pair: two of it over IPv4, and one that follows ptp4l over IPv6.
# Wine has no packet timestamping, so the stamps are the program's own; that they are labelled so is part of the test. Each
# host has a Wine of its own, because a Wine server sees the network that it was started in.
set -u
source "$(dirname "${BASH_SOURCE[0]}")/../interop/two_hosts.sh"
exe=${WIRESTAMP_COMMAND:?set WIRESTAMP_COMMAND to wirestamp.exe}
made=${WINEPREFIX:?set WINEPREFIX to a prefix that wineboot made}
server=$(dirname "$WINE")/wineserver
trap 'for host in here there; do WINEPREFIX="$made-$host" "$server" -k; done 2>/dev/null; kill $(jobs -p) $there_pid 2>/dev/null
      rm -rf "$work" "$made-here" "$made-there"' EXIT
# A server keeps its registry in memory until it ends.
for how in -k -w; do WINEPREFIX=$made "$server" "$how"; done 2>/dev/null
for host in here there; do # links: what Wine changes it writes anew
    rm -rf "$made-$host"
    cp -al "$made" "$made-$host"
done
windows_here() { WINEPREFIX=$made-here "$WINE" "$exe" "$@"; }
others=() # processes that are no Windows programs
over_there() { exec nsenter --net="/proc/$there_pid/ns/net" "$@"; } # in the background, so that its number is the program's
end_all() {
    for host in here there; do WINEPREFIX=$made-$host "$server" -k; done 2>/dev/null
    [ ${#others[@]} = 0 ] || { kill "${others[@]}"; wait "${others[@]}"; } 2>/dev/null
    others=()
}
windows_there() { WINEPREFIX=$made-there there "$WINE" "$exe" "$@"; }

windows_here list --json >"$work/list" 2>"$work/list.err"
check list $? "$(head -c 300 "$work/list.err")"
grep -q '"addresses":\["192.0.2.1"\|192.0.2.1' "$work/list"
check list_knows_the_address $? "$(head -c 300 "$work/list")"
windows_here caps wst-a --json >"$work/caps" 2>&1
grep -q 'Windows 11 and Server 2022' "$work/caps"
check caps_say_what_is_missing $? "$(head -c 300 "$work/caps")"

windows_here ptp -i wst-a -4 -S --priority1 100 --logSyncInterval -3 --json >"$work/master.json" 2>"$work/master.err" &
windows_there ptp -i wst-b -4 -S -s --json >"$work/client.json" 2>"$work/client.err" &
await_line "$work/client.json" '"to":"LOCKED"' 120
check client_of_windows_synchronises $? "$(head -c 300 "$work/client.err") $(tail -n 3 "$work/client.json" | head -c 300)"
grep -q '"event":"offset".*"stamps":"application"' "$work/client.json"
check stamps_are_labelled_as_the_programs_own $? "$(grep -m 1 offset "$work/client.json" | head -c 300)"
end_all

# ptp4l is another program on another system: what it takes is right.
if command -v ptp4l >/dev/null 2>&1; then
    ptp4l -i wst-a -6 -S -m --free_running=1 --priority1=100 --logSyncInterval=-3 --logMinDelayReqInterval=-3 \
        --uds_address="$work/ptp4l" >"$work/ptp4l.log" 2>&1 &
    others+=($!)
    windows_there ptp -i wst-b -6 -S -s --json >"$work/follow.json" 2>"$work/follow.err" &
    await_line "$work/follow.json" '"to":"LOCKED"' 120
    check follows_ptp4l_over_ipv6 $? "$(head -c 300 "$work/follow.err") $(tail -n 3 "$work/follow.json" | head -c 300)"
    end_all

    # As master of Windows' own client, which ptp4l stands in for with what is known of it: Delay_Req by unicast, and nothing
    # but a PTP timescale with a valid UTC offset and a time in Sync itself is taken.
    over_there tshark -q -i wst-b -f 'udp port 319 or udp port 320' -w "$work/client.pcap" >/dev/null 2>"$work/capture.log" &
    others+=($!)
    await_line "$work/capture.log" Capturing 20
    windows_here ptp -i wst-a -S --profile windows-client --priority1 100 --json >"$work/profile.json" 2>"$work/profile.err" &
    over_there ptp4l -i wst-b -4 -S -s -m --free_running=1 --hybrid_e2e=1 --summary_interval=-4 --uds_address="$work/there" \
        >"$work/client.log" 2>&1 &
    others+=($!)
    await_line "$work/client.log" 'path delay' 120
    check masters_windows_own_client $? "$(tail -n 3 "$work/client.log" | head -c 300) $(head -c 200 "$work/profile.err")"
    end_all
    judged() { tshark -r "$work/client.pcap" -Y "$1" 2>/dev/null; }
    [ -n "$(judged 'ptp.v2.messagetype == 11')" ] && [ -z "$(judged 'ptp.v2.messagetype == 11 && (ptp.v2.flags.timescale == 0 ||
        ptp.v2.flags.utcreasonable == 0 || ptp.v2.minorversionptp != 0 || ptp.v2.domainnumber != 0)')" ]
    check announces_what_windows_insists_on $? "$(judged 'ptp.v2.messagetype == 11' | head -n 2)"
    [ -n "$(judged 'ptp.v2.messagetype == 0')" ] &&
        [ -z "$(judged 'ptp.v2.messagetype == 0 && (ptp.v2.flags.twostep == 0 || ptp.v2.sdr.origintimestamp.seconds == 0)')" ]
    check sync_tells_a_time_of_its_own $? "$(judged 'ptp.v2.messagetype == 0' | head -n 2)"
    [ -n "$(judged 'ptp.v2.messagetype == 9 && ip.dst == 192.0.2.2')" ]
    check answers_unicast_by_unicast $? "$(judged 'ptp.v2.messagetype == 9' | head -n 2)"
else
    echo "skip follows_ptp4l_over_ipv6 # linuxptp is not installed"
fi
