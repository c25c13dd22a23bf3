#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The simulated pair as a user runs it: `wirestamp simulate` against true time, through the C interface alone.
set -u
wirestamp=${WIRESTAMP_COMMAND:?set WIRESTAMP_COMMAND to the wirestamp program}
for seed in 1 2 3; do
    for servo in adaptive pi; do
        "$wirestamp" simulate --json --seed $seed --duration 1000s --settle 100s --set clock_servo=$servo
    done
done | python3 -c '
import json, sys
runs = [json.loads(line) for line in sys.stdin]
for seed in (1, 2, 3):
    for servo, limit in (("adaptive", 40), ("pi", 150)):
        run = runs.pop(0)
        name = f"simulated_pair_{servo}_seed_{seed}"
        rms = run["true_error_rms_ns"]
        good = run["seed"] == seed and 0 < rms < limit and run["samples"] > 900 and run["locked_after_s"] > 0
        print(f"ok {name}" if good else f"not ok {name}: true error {rms} ns rms, {run}")
        if servo == "adaptive":
            missed = run["intervals_missed"]
            print(f"ok {name}_interval" if missed == 0 and run["intervals_read"] > 900 else f"not ok {name}_interval: {run}")
'
first=$("$wirestamp" simulate --json --seed 5 --duration 300s --every | grep -v '"summary"' | cksum)
again=$("$wirestamp" simulate --json --seed 5 --duration 300s --every | grep -v '"summary"' | cksum)
other=$("$wirestamp" simulate --json --seed 6 --duration 300s --every | grep -v '"summary"' | cksum)
if [ "$first" = "$again" ] && [ "$first" != "$other" ]; then
    echo "ok simulated_pair_repeats_with_its_seed"
else
    echo "not ok simulated_pair_repeats_with_its_seed: $first / $again / $other"
fi
