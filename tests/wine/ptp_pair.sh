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
windows_there() { WINEPREFIX=$made-there there "$WINE" "$exe" "$@"; }

windows_here list --json >"$work/list" 2>"$work/list.err"
check list $? "$(head -c 300 "$work/list.err")"
grep -q '"addresses":\["192.0.2.1"\|192.0.2.1' "$work/list"
check list_knows_the_address $? "$(head -c 300 "$work/list")"
windows_here caps wst-a --json >"$work/caps" 2>&1
grep -q 'Windows 11 and Server 2022' "$work/caps"
check caps_say_what_is_missing $? "$(head -c 300 "$work/caps")"

windows_here ptp -i wst-a -4 -S --priority1 100 --logSyncInterval -3 --json -d 40s >"$work/master.json" 2>"$work/master.err" &
master=$!
windows_there ptp -i wst-b -4 -S -s --json -d 20s >"$work/client.json" 2>"$work/client.err"
check client_of_windows_synchronises $? "$(head -c 300 "$work/client.err") $(tail -n 3 "$work/client.json" | head -c 300)"
grep -q '"source":"application"\|application' "$work/client.json"
check stamps_are_labelled_as_the_programs_own $? "$(grep -m 1 offset "$work/client.json" | head -c 300)"
kill "$master" 2>/dev/null
WINEPREFIX=$made-here "$server" -k
wait "$master" 2>/dev/null

# ptp4l is another program on another system: what it takes is right.
if command -v ptp4l >/dev/null 2>&1; then
    ptp4l -i wst-a -6 -S -m --free_running=1 --priority1=100 --logSyncInterval=-3 --logMinDelayReqInterval=-3 \
        --uds_address="$work/ptp4l" >"$work/ptp4l.log" 2>&1 &
    windows_there ptp -i wst-b -6 -S -s --json -d 20s >"$work/follow.json" 2>"$work/follow.err"
    check follows_ptp4l_over_ipv6 $? "$(head -c 300 "$work/follow.err") $(tail -n 3 "$work/follow.json" | head -c 300)"
else
    echo "skip follows_ptp4l_over_ipv6 # linuxptp is not installed"
fi
