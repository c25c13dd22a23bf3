#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything that needs real drivers, in virtual machines with emulated Intel cards that stamp in hardware: makes the machines
# on first use (some minutes, 0.9 GB in ~/.cache/wirestamp-vm-lab or where WIRESTAMP_VM_LAB says), builds Wirestamp and runs the
# scripts of this folder, or those named ("hardware/sockets"). Needs no root, no KVM, and touches nothing of the host.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
case ${1:-} in
    -h | --help) sed -n 's/^# \?//p' "$0" | sed 1,2d; exit 0 ;;
esac
"$here/lab/prepare"
[ $# -gt 0 ] || set -- hardware
exec "$here/../run.sh" "$@"
