#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Sockets with hardware stamps, cross-timestamps and correlations: on igb and e1000e, on netdevsim, on a clock of pure arithmetic,
# and on the e1000e of an unrepaired QEMU, which offers stamps and takes none.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/suite.sh"
need 6.12 6.1
for kernel in 6.12 6.1; do
    guest "$kernel" "$suite" "igb@1 igb@1 e1000e@2 e1000e@2" bash -c '
        set -o pipefail
        modprobe -a igb e1000e
        for driver in igb e1000e; do
            GUEST_DRIVER=$driver $WIRESTAMP_BUILD/tests/hardware/hardware_guest --run_test=sockets,clocks |
                sed -E "s/^(ok|not ok) /\1 ${driver}_/"
        done'
done
WIRESTAMP_LAB_QEMU=stock guest 6.12 stampless "e1000e@1 e1000e@1" bash -c '
    modprobe e1000e
    GUEST_STAMPLESS=yes GUEST_DRIVER=e1000e $WIRESTAMP_BUILD/tests/hardware/hardware_guest --run_test=sockets/stamps_that_never_come'
