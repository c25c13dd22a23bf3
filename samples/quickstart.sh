#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh clone to two synchronised clocks: installs what a build needs, builds, lists what this host's adapters can
# stamp, runs a grandmaster and a client over a real kernel network (two network namespaces, a veth pair), then the same on
# a simulated network, and draws both. Leaves nothing behind but build/.
set -u
usage() {
    cat <<END
Usage: samples/quickstart.sh [--seconds N] [--no-install]
  --seconds N    length of the run over real packets (default 20)
  --no-install   do not install packages, even if something is missing
END
}
seconds=20
install=yes
while [ $# -gt 0 ]; do
    case $1 in
        --seconds) seconds=${2:?--seconds needs a number}; shift 2 ;;
        --no-install) install=no; shift ;;
        -h | --help) usage; exit 0 ;;
        *) echo "quickstart: unknown option $1" >&2; usage >&2; exit 2 ;;
    esac
done
case $seconds in *[!0-9]* | '') echo "quickstart: --seconds needs a whole number" >&2; exit 2 ;; esac

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$top/build/quickstart
cd "$top" || exit 1
step() { printf '\n== %s\n' "$*"; }

if [ "$install" = yes ]; then
    step "Installing what a build needs"
    packaging/bootstrap.sh build || exit 1
fi

step "Building (first time: about two minutes)"
cmake --preset release >/dev/null && cmake --build build/release --target wirestamp_command || exit 1
wirestamp=$(find "$top/build/release/samples" -name wirestamp -type f -perm -u+x | head -n 1)
mkdir -p "$out"

step "What this host's adapters can stamp"
"$wirestamp" list

# Everything below lives in namespaces that hang on these processes: they vanish with them, whatever happens.
step "Two clocks over a real kernel network, $seconds s (two namespaces, one veth pair, kernel software stamps)"
unshare_flags=(--net --mount --fork --kill-child)
[ "$(id -u)" = 0 ] || unshare_flags+=(--user --map-root-user)
if ! unshare "${unshare_flags[@]}" true 2>/dev/null; then
    echo "This kernel or container allows no network namespaces to this user: run as root, or on a host with"
    echo "kernel.unprivileged_userns_clone=1. Going on with the simulated network."
else
    unshare "${unshare_flags[@]}" bash -s -- "$wirestamp" "$out" "$seconds" <<'INNER'
wirestamp=$1 out=$2 seconds=$3
unshare --net --fork --kill-child sleep infinity </dev/null >/dev/null 2>&1 &
far=$!
# unshare holds off other signals while it waits; its child goes with it.
trap 'kill -KILL $far 2>/dev/null' EXIT
# The far namespace is there once its process shows another one than ours.
for _ in $(seq 100); do
    child=$(cat /proc/$far/task/$far/children 2>/dev/null)
    child=${child%% *}
    [ -n "$child" ] && [ "$(readlink /proc/$child/ns/net)" != "$(readlink /proc/self/ns/net)" ] && break
    sleep 0.05
done
there() { nsenter --net=/proc/$child/ns/net "$@"; }
if ! ip link add wst-gm type veth peer name wst-client; then
    echo "This kernel has no veth devices (CONFIG_VETH): skipping the real network."
    exit 3
fi
ip link set wst-client netns "$child"
ip link set lo up; ip addr add 192.0.2.1/24 dev wst-gm; ip link set wst-gm up
there ip link set lo up; there ip addr add 192.0.2.2/24 dev wst-client; there ip link set wst-client up

echo "grandmaster on wst-gm (log: $out/grandmaster.log), client on wst-client:"
"$wirestamp" ptp -i wst-gm -4 -S --priority1 100 --duration "$((seconds + 2))" >"$out/grandmaster.log" 2>&1 &
master=$!
there "$wirestamp" ptp -i wst-client -4 -S -s --logSyncInterval -2 --logMinDelayReqInterval -2 --duration "$seconds" \
    --plot "$out/veth.svg" --title "veth pair, kernel software stamps"
status=$?
wait "$master"
exit "$status"
INNER
    real=$?
    [ "$real" = 0 ] || echo "The clocks did not synchronise over the real network (exit $real); see $out/grandmaster.log."
fi

step "Two clocks on the built-in simulated network, 10 virtual minutes (simulated hardware clocks)"
"$wirestamp" simulate --duration 600s --plot "$out/simulated.svg"
simulated=$?

step "Where to go next"
cat <<END
  plots                    $out/veth.svg, $out/simulated.svg
  on your own network      sudo $wirestamp ptp -i eth0        (touches no clock of this machine)
  every option             $wirestamp ptp --options
  a program of your own    README.md, api/wirestamp/wirestamp.h
  all tests                tests/run.sh
END
[ "${real:-0}" = 0 ] && [ "$simulated" = 0 ]
