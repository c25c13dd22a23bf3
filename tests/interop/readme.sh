#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The documents' programs in C and C++ that need a network, as their reader builds and runs them: against the installation, with a PTP master on the other
# end of the veth pair. Those in C#, Java and Go are the programs of the empty projects in tests/packages.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/two_hosts.sh"
prefix=${WIRESTAMP_PREFIX:?}
library=$(dirname "$(find "$prefix" -name 'libwirestamp.so' | head -n 1)")
flags=(-pedantic -Wall -Wextra -Wno-missing-field-initializers -Werror -I "$prefix/include")
there "$wirestamp" ptp -i wst-b --priority1 1 --logSyncInterval -3 --logAnnounceInterval -2 >"$work/master" 2>&1 &
for language in c cpp; do
    compiler=(cc -std=c99)
    [ "$language" = c ] || compiler=(c++ -std=c++17)
    python3 "$WIRESTAMP_ROOT/tests/packages/blocks.py" "$language" "$work/$language" | grep ' wst-' >"$work/list"
    check "there_is_a_program_in_$language" $? "$(cat "$work/list")"
    while read -r place name arguments; do
        output=$("${compiler[@]}" "${flags[@]}" "$place"/program.* -o "$place/program" -L "$library" -lwirestamp "-Wl,-rpath,$library" 2>&1)
        check "${language}_${name}_compiles" $? "$output"
        # shellcheck disable=SC2086
        output=$(timeout 120 "$place/program" $arguments 2>&1)
        status=$?
        [ "$status" = 0 ] && grep -q 'true time within' <<<"$output"
        check "${language}_${name}_runs" $? "exit $status: $output"
    done <"$work/list"
done
