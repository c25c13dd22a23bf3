#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Windows 11, Windows 10 and an iphlpapi without any of it, played by DLLs in the place of Wine's own (tests/windows/eleven): the
# library binds, asks and is called as on such a system, with real sockets below. Then PTP between two such systems.
set -u
source "$(dirname "${BASH_SOURCE[0]}")/../interop/two_hosts.sh"
exe=${WIRESTAMP_COMMAND:?set WIRESTAMP_COMMAND to wirestamp.exe}
made=${WINEPREFIX:?set WINEPREFIX to a prefix that wineboot made}
build=${WIRESTAMP_BUILD:?}
server=$(dirname "$WINE")/wineserver
prefixes=$made-eleven
trap 'for prefix in "$prefixes"/*; do WINEPREFIX="$prefix" "$server" -k; done 2>/dev/null; kill $(jobs -p) $there_pid 2>/dev/null
      rm -rf "$work" "$prefixes"' EXIT
rm -rf "$prefixes"
mkdir "$prefixes"
# A server keeps its registry in memory until it ends.
for how in -k -w; do WINEPREFIX=$made "$server" "$how"; done 2>/dev/null

# prefix NAME SYSTEM: a Wine of its own whose iphlpapi.dll is SYSTEM's; Wine's goes on under another name, without the mark by
# which Wine knows what is its own.
prefix() {
    local system32=$prefixes/$1/drive_c/windows/system32
    cp -al "$made" "$prefixes/$1" # links: what Wine changes it writes anew
    sed 's/Wine builtin DLL/................/' "$system32/iphlpapi.dll" >"$system32/iphlpreal.dll"
    rm "$system32/iphlpapi.dll"
    cp "$build/$2/iphlpapi.dll" "$system32/iphlpapi.dll"
}
export WINEDLLOVERRIDES="$WINEDLLOVERRIDES;iphlpapi=n"
prefix here eleven
prefix there eleven
prefix ten ten
windows_here() { WINEPREFIX=$prefixes/here "$WINE" "$@"; }
windows_there() { WINEPREFIX=$prefixes/there there "$WINE" "$@"; }
windows_ten() { WINEPREFIX=$prefixes/ten "$WINE" "$@"; }

windows_here "$build/bin/windows_eleven_program.exe" >"$work/program" 2>&1
status=$?
tr -d '\r' <"$work/program"
grep -q '^not ok' "$work/program" || check the_program_ends_well "$status" "exit $status: $(tail -n 3 "$work/program")"

# ---- the command

# says NAME PATTERN COMMAND...: ends well and prints a line with this pattern.
says() {
    local name=$1 pattern=$2 output status
    shift 2
    output=$("$@" 2>&1)
    status=$?
    [ "$status" = 0 ] && grep -q -- "$pattern" <<<"$output"
    check "$name" $? "exit $status: $(head -c 400 <<<"$output" | tr '\r\n' '  ')"
}
says caps_of_eleven 'hardware  *AllReceive TaggedTransmit' windows_here "$exe" caps wst-a
export WIRESTAMP_ELEVEN='mode off'
says caps_of_eleven_turned_off '"active":{[^}]*"ptp_ipv4":"none".*"supported":{[^}]*"ptp_ipv4":"hardware"' windows_here "$exe" caps wst-a --json
unset WIRESTAMP_ELEVEN
says cross_of_eleven_counts_ticks '"device_ticks":.*"frequency_hz":12500[34]' windows_here "$exe" cross wst-a -n 3 --interval 0.5 --json
says latency_of_eleven 'send call to transmit stamp  *p50 *[0-9]\{1,9\} ns' windows_here "$exe" latency --count 20

windows_ten "$exe" caps wst-a --json >"$work/ten" 2>&1
grep -q 'Windows 11 and Server 2022' "$work/ten"
check ten_has_no_capabilities $? "$(head -c 400 "$work/ten")"
windows_ten "$exe" cross wst-a >"$work/ten" 2>&1
status=$?
[ "$status" = 1 ] && grep -q 'Windows 11 and Server 2022' "$work/ten"
check ten_has_no_cross_timestamps $? "exit $status: $(head -c 400 "$work/ten")"

# ---- PTP on the adapters' counters, whose rates differ by 70 ppm and are told by nobody

WIRESTAMP_ELEVEN='rate 125004000; polls 2' windows_here "$exe" ptp -i wst-a -4 -H --priority1 100 --logSyncInterval -3 --json \
    >"$work/master.json" 2>"$work/master.err" &
WIRESTAMP_ELEVEN='rate 156239000; polls each' windows_there "$exe" ptp -i wst-b -4 -H -s --json >"$work/client.json" 2>"$work/client.err" &
await_line "$work/client.json" '"to":"LOCKED"' 120
check client_of_eleven_synchronises $? "$(head -c 300 "$work/client.err") $(tail -n 3 "$work/client.json" | head -c 400)"
grep -q '"event":"offset".*"stamps":"hardware"' "$work/client.json" && ! grep -q '"stamps":"\(software\|application\)"' "$work/client.json"
check by_the_adapters_stamps $? "$(grep -m 1 '"offset"' "$work/client.json" | head -c 300)"
# Ticks are no nanoseconds: what judges clocks by their rate must not be shown them.
! grep -q 'INSANE_RATE\|OTHER_WRITER' "$work/client.json" "$work/master.json"
check and_nobody_is_accused $? "$(grep -m 1 'INSANE_RATE\|OTHER_WRITER' "$work/client.json" "$work/master.json" | head -c 300)"
