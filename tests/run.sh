#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds Wirestamp and runs all its tests. What is run is found by folder and name; tests/checks/driver.py says how.
set -u
usage() {
    cat <<'END'
Usage: tests/run.sh [--quick] [--no-install] [--list] [SUITE...]
  --quick        unit, abi, simulation and checks only: no packets between processes, no sanitizers
  --no-install   do not install packages, even if something is missing
  --list         build, then print the names of the suites, run none
  SUITE          run only these: a kind (unit abi simulation checks interop bindings hardware packages wine asan tsan) or a name (unit_ptp,
                 interop/veth_pair, asan/unit_ptp)

Builds into build/release, build/mingw, build/asan, build/tsan and installs into build/prefix. Needs no terminal and no input. As root, or
where ordinary users may make network namespaces, nothing of the host's network is seen or changed.
The last line is "N passed, N failed", with ", N skipped" where something was; exit code 0 if nothing failed.
END
}
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
install=yes
arguments=()
for argument in "$@"; do
    case $argument in
        -h | --help) usage; exit 0 ;;
        --no-install) install=no ;;
        --quick | --list) arguments+=("$argument") ;;
        -*) echo "run.sh: unknown option $argument" >&2; usage >&2; exit 2 ;;
        *) arguments+=("$argument") ;;
    esac
done
# ptp4l, ip and ethtool live where an ordinary user's PATH may not look.
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
if [ "$install" = yes ] && ! "$top/packaging/bootstrap.sh" build test; then
    echo "run.sh: not all packages are there; what needs them will fail or be skipped"
fi
if ! command -v python3 >/dev/null 2>&1; then
    echo "run.sh: python3 is missing and nothing can be run"
    echo "0 passed, 1 failed"
    exit 1
fi
exec python3 "$top/tests/checks/driver.py" ${arguments[@]+"${arguments[@]}"} </dev/null
