# SPDX-License-Identifier: Apache-2.0
#
# Sourced in a guest: puts its cards into network namespaces of their own and runs PTP clocks of both makes on them. The clocks of
# all emulated cards count the same time base, so an error is given to one by its frequency. What the clocks print lies in
# memory while they run (a file of the host would cost virtual time) and is copied to the folder SHARE when they are stopped.
command=$WIRESTAMP_BUILD/samples/command/wirestamp
processes=()
# All intervals short, so that seconds say something; ptp4l steps off 20 us as we do.
fast=(--logAnnounceInterval 0 --logSyncInterval -2 --logMinDelayReqInterval -2 --logMinPdelayReqInterval -2 --tx_timestamp_timeout 100)

wait_for() { # SECONDS COMMAND...
    local patience=$(($1 * 10))
    shift
    until "$@"; do
        [ $((patience -= 1)) -gt 0 ] || return 1
        sleep 0.1
    done
}
in_host() { # HOST COMMAND...
    ip netns exec "$1" "${@:2}"
}
usable() { # HOST CARD: a carrier, and an IPv6 address that is not being tried out any more
    ip -n "$1" -br link show "$2" 2>/dev/null | grep -q LOWER_UP &&
        [ -n "$(ip -n "$1" -6 addr show dev "$2" scope link -tentative 2>/dev/null)" ]
}

# add_host HOST CARD ADDRESS: the card in a namespace, up
add_host() {
    ip netns add "$1" 2>/dev/null
    ip link set "$2" netns "$1"
    ip -n "$1" addr add "$3/24" dev "$2"
    ip -n "$1" link set lo up
    ip -n "$1" link set "$2" up
}

# The number of a card's clock, and its reading.
clock_of() { in_host "$1" ethtool -T "$2" | sed -n 's/^PTP Hardware Clock: //p'; }

# turn CLOCK PPB: lets a clock run off.
turn() { phc_ctl "/dev/ptp$1" -- freq "$2" >/dev/null 2>&1; }

# What a program reads from the host for the first time costs virtual time: not while it is measured.
page_in() {
    "$command" --version >/dev/null
    ptp4l -v >/dev/null 2>&1
    pmc -v >/dev/null 2>&1
}

# ours NAME HOST OPTIONS... / theirs NAME HOST OPTIONS...
# (`ip netns exec` becomes the program, so that $! is its number.)
ours() {
    local name=$1 host=$2
    shift 2
    ip netns exec "$host" "$command" ptp -H --json --uds_address "/run/$name.uds" "${fast[@]}" "$@" >"/run/$name.json" 2>"/run/$name.err" &
    processes+=($!)
}
theirs() {
    local name=$1 host=$2
    shift 2
    ip netns exec "$host" ptp4l -H -m -q -l 6 --summary_interval -3 --step_threshold 0.00002 --uds_address "/run/$name.uds" \
        "${fast[@]}" "$@" >"/run/$name.log" 2>&1 &
    processes+=($!)
}
await_line() { wait_for "$3" grep -q -- "$2" "$1"; } # FILE PATTERN SECONDS

# stop_all NAME: ends the clocks and keeps what they printed under that name.
stop_all() {
    [ ${#processes[@]} = 0 ] || { kill "${processes[@]}"; wait "${processes[@]}"; } 2>/dev/null
    processes=()
    local file
    for file in /run/*.json /run/*.log /run/*.err; do
        [ ! -e "$file" ] || mv "$file" "$SHARE/$1.$(basename "$file")"
    done
}
