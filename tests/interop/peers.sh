# SPDX-License-Identifier: Apache-2.0
#
# Sourced after two_hosts.sh by the scripts that let wirestamp meet ptp4l: more links between the two hosts, so that several
# pairings run at once without hearing each other, and the means to start and to judge both programs. ptp4l always runs
# free (it measures and steers nothing) on kernel stamps, so that no clock of the machine moves.

for program in ptp4l pmc tshark python3 setpriv; do
    if ! command -v "$program" >/dev/null; then
        echo "skip $(basename "$0" .sh) # $program is not installed"
        exit 0
    fi
done

# All intervals short, so that a run of seconds says something.
fast=(--logAnnounceInterval -1 --logSyncInterval -3 --logMinDelayReqInterval -3 --logMinPdelayReqInterval -3)
processes=()
links=()

# add_link N: wst-aN here and wst-bN there, 10.77.N.1 / 2001:db8:N::1 joined with 10.77.N.2 / 2001:db8:N::2.
add_link() {
    ip link add "wst-a$1" type veth peer name "wst-b$1"
    ip link set "wst-b$1" netns "$there_pid"
    # Duplicate address detection would keep IPv6 silent for its first seconds.
    echo 0 >"/proc/sys/net/ipv6/conf/wst-a$1/accept_dad" 2>/dev/null
    there sh -c "echo 0 >/proc/sys/net/ipv6/conf/wst-b$1/accept_dad" 2>/dev/null
    ip addr add "10.77.$1.1/24" dev "wst-a$1"
    ip addr add "2001:db8:$1::1/64" dev "wst-a$1" nodad 2>/dev/null
    ip link set "wst-a$1" up
    there ip addr add "10.77.$1.2/24" dev "wst-b$1"
    there ip addr add "2001:db8:$1::2/64" dev "wst-b$1" nodad 2>/dev/null
    there ip link set "wst-b$1" up
    links+=("wst-a$1")
}

# add_host NAME: one more network namespace, whose processes enter() starts.
declare -A host_pid
add_host() {
    unshare --net setpriv --pdeathsig KILL sleep infinity &
    host_pid[$1]=$!
    timeout 10 sh -c 'until [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done' sh $!
}
host_pid[there]=$there_pid

# Runs a program on a host instead of this shell, so that a signal to $! reaches it, and so that it ends with the script.
enter() { # here|HOST
    if [ "$1" = here ]; then
        exec setpriv --pdeathsig KILL "${@:2}"
    else
        exec setpriv --pdeathsig KILL nsenter --net="/proc/${host_pid[$1]}/ns/net" "${@:2}"
    fi
}

# pmc does not wait long for an answer, and this machine may be busy: what is not answered in full is asked again.
asks=0
# ask NAME QUESTION...: over the local socket $work/NAME
ask() {
    local socket=$1 attempt answer
    shift
    for attempt in 1 2 3 4; do
        asks=$((asks + 1))
        answer=$(pmc -u -b 0 -i "$work/pmc.$BASHPID.$asks" -s "$work/$socket" "$@" 2>&1)
        [ "$(grep -c RESPONSE <<<"$answer")" -lt $# ] || break
    done
    echo "$answer"
}

# ours NAME here|HOST OPTIONS...: events go to $work/NAME.json, the management socket is $work/NAME.uds
ours() {
    local name=$1 where=$2
    shift 2
    enter "$where" "$wirestamp" ptp -S --json --uds_address "$work/$name.uds" "${fast[@]}" "$@" \
        >"$work/$name.json" 2>"$work/$name.err" &
    processes+=($!)
    last_process=$!
}

# theirs NAME here|HOST OPTIONS...: output goes to $work/NAME.log, the management socket is $work/NAME.uds
theirs() {
    local name=$1 where=$2
    shift 2
    enter "$where" ptp4l -S -m -q --free_running 1 --tx_timestamp_timeout 200 --summary_interval -3 --freq_est_interval 0 \
        --uds_address "$work/$name.uds" "${fast[@]}" "$@" >"$work/$name.log" 2>&1 &
    processes+=($!)
    last_process=$!
}

# Captures PTP on all links into $work/capture.pcap.
start_capture() {
    local arguments=() link
    for link in "${links[@]}"; do
        arguments+=(-i "$link" -f 'udp port 319 or udp port 320')
    done
    tshark -q "${arguments[@]}" -w "$work/capture.pcap" >/dev/null 2>"$work/capture.log" &
    capture=$!
    await_line "$work/capture.log" Capturing 20
}

stop_all() {
    [ "${#processes[@]}" = 0 ] || kill "${processes[@]}" 2>/dev/null
    [ "${#processes[@]}" = 0 ] || wait "${processes[@]}" 2>/dev/null
    processes=()
    [ -z "${capture:-}" ] || { kill "$capture" 2>/dev/null; wait "$capture" 2>/dev/null; }
    capture=
}

# judge_ours NAME [OPTIONS of judge_peer.py...] / judge_theirs NAME [OPTIONS...]
judge_ours() { python3 "$here_dir/judge_peer.py" ours "$1" "$work/$1.json" "${@:2}"; }
judge_theirs() { python3 "$here_dir/judge_peer.py" theirs "$1" "$work/$1.log" "${@:2}"; }
