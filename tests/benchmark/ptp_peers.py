#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what ptp_peers.sh collected and prints its tables.

usage: ptp_peers.py cpu BEFORE AFTER    files of lines "NAME CPU-NS USER-TICKS SYSTEM-TICKS KB KB-ANONYMOUS MESSAGES"
       ptp_peers.py offsets OURS OURS-RUNNING-FREE THEIRS SECONDS
"""
import json
import re
import sys


def table(path):
    with open(path, encoding="utf-8") as file:
        return {fields[0]: tuple(map(int, fields[1:])) for fields in (line.split() for line in file)}


def cpu(before, after):
    first, last = table(before), table(after)
    cost, memory = {}, {}
    for name in last:
        spent, messages = last[name][0] - first[name][0], last[name][5] - first[name][5]
        cost[name], memory[name] = spent / 1e6 / (messages / 1000), last[name][3]
        user, system = (last[name][i] - first[name][i] for i in (1, 2))
        print(f"{name:12} {cost[name]:7.2f} ms CPU per 1000 messages ({100 * user / max(1, user + system):.0f} % of it in the "
              f"program), {messages} messages, {memory[name]} kB resident, {last[name][4]} kB of it anonymous")
    for name in cost:
        if not name.startswith("their_"):
            other = "their_master" if "master" in name else "their_slave"
            print(f"{name} to {other}: CPU {cost[name] / cost[other]:.2f}, "
                  f"resident memory {memory[name] / memory[other]:.2f}")


def spread(label, values):
    ranks = sorted(map(abs, values))
    rms = (sum(value * value for value in values) / len(values)) ** 0.5
    at = [ranks[min(len(ranks) - 1, int(share * len(ranks)))] for share in (0.5, 0.95)]
    print(f"{label:28} {len(values):6} samples, rms {rms:7.0f}, p50 {at[0]:6.0f}, p95 {at[1]:6.0f}, max {ranks[-1]:7.0f} ns")
    return [rms, *at, ranks[-1]]


def samples_of(path, seconds):
    with open(path, encoding="utf-8") as file:
        events = [json.loads(line) for line in file if line.startswith("{")]
    samples = [event for event in events if event["event"] == "offset"]
    since = samples[-1]["t"] - seconds
    return [event for event in samples if event["t"] > since]


def without_line(times, values):
    """What is left of a clock that nobody steers when its own constant frequency is taken out."""
    mean_time, mean = sum(times) / len(times), sum(values) / len(values)
    slope = (sum((time - mean_time) * (value - mean) for time, value in zip(times, values))
             / sum((time - mean_time) ** 2 for time in times))
    return [value - mean - slope * (time - mean_time) for time, value in zip(times, values)]


def offsets(ours, ours_free, theirs, seconds):
    samples, free = samples_of(ours, seconds), samples_of(ours_free, seconds)
    with open(theirs, encoding="utf-8", errors="replace") as file:
        found = [match for match in map(re.compile(r"\[([\d.]+)\].*master offset\s+(-?\d+)").search, file) if match]
    since = float(found[-1][1]) - seconds
    found = [(float(match[1]), float(match[2])) for match in found if float(match[1]) > since]
    # A ptp4l that runs free prints one sample a second: as many of ours, evenly taken, so that the extremes compare.
    samples = samples[::max(1, len(samples) // len(found))]
    free = free[::max(1, len(free) // len(found))]
    found_times, found = zip(*found)
    mine = spread("wirestamp, as steered", [event["offset_ns"] for event in samples])
    raw = spread("wirestamp, each measurement", [event["measured_ns"] for event in samples])
    other = spread("ptp4l, each measurement", found)
    # Both run free and measure by the mean of their delay filter: now like is with like.
    loose = spread("wirestamp, running free", without_line([event["t"] for event in free],
                                                           [event["measured_ns"] for event in free]))
    other_loose = spread("ptp4l, without its line", without_line(found_times, found))
    for label, values, to in (("as steered", mine, other), ("each measurement", raw, other),
                              ("both running free", loose, other_loose)):
        print(f"ratio to ptp4l, {label}: " + ", ".join(
            f"{name} {left / right:.2f}" for name, left, right in zip(("rms", "p50", "p95", "max"), values, to)))


if sys.argv[1] == "cpu":
    cpu(*sys.argv[2:4])
else:
    offsets(*sys.argv[2:5], float(sys.argv[5]))
