#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The table of behaviour, run by C and C++ on the simulated platform: C brings what expected.txt says, and C++ what C brings. The
# tests of the other languages compare theirs with C's in the same way.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${WIRESTAMP_BUILD:?set WIRESTAMP_BUILD to a build folder}/bindings/behaviour
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for language in c cpp; do
    if ! "$build/behaviour_$language" <"$here/behaviour.txt" >"$work/$language" 2>"$work/said"; then
        echo "not ok behaviour_${language}_runs: $(tail -n 1 "$work/said")"
        exit 0
    fi
    echo "ok behaviour_${language}_runs"
done
if said=$(python3 "$here/compare.py" "$here/expected.txt" "$work/c"); then
    echo "ok behaviour_of_c_is_as_expected"
else
    echo "not ok behaviour_of_c_is_as_expected: $said"
fi
if said=$(python3 "$here/compare.py" "$work/c" "$work/cpp"); then
    echo "ok behaviour_of_c++_is_that_of_c"
else
    echo "not ok behaviour_of_c++_is_that_of_c: $said"
fi
