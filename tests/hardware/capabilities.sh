#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What igb and e1000e say they can, what they do when asked, and what is noticed of what happens to them.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/suite.sh"
need 6.12 6.1
for kernel in 6.12 6.1 newest; do
    [ "$kernel" != newest ] || have newest || continue
    # What becomes of a card is the same in the newest; what it says of itself comes by another way there.
    suites=capabilities,changes
    [ "$kernel" != newest ] || suites=capabilities
    beside guest "$kernel" "$suite" "igb@1 igb@1 e1000e@2 e1000e@2" bash -c '
        set -o pipefail
        modprobe -a igb e1000e
        for driver in igb e1000e; do
            GUEST_DRIVER=$driver $WIRESTAMP_BUILD/tests/hardware/hardware_guest --run_test=$1 |
                sed -uE "s/^(ok|not ok) /\1 ${driver}_/"
        done' bash "$suites"
done
wait
