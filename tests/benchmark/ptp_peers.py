#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what ptp_peers.sh collected and prints its tables.

usage: ptp_peers.py cpu BEFORE AFTER          files of lines "NAME CPU-NS KB KB-ANONYMOUS MESSAGES"
       ptp_peers.py offsets OURS THEIRS SECONDS
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
        spent, messages = last[name][0] - first[name][0], last[name][3] - first[name][3]
        cost[name], memory[name] = spent / 1e6 / (messages / 1000), last[name][1]
        print(f"{name:13} {cost[name]:7.2f} ms CPU per 1000 messages, {messages} messages, {memory[name]} kB resident, "
              f"{last[name][2]} kB of it anonymous")
    for role in ("slave", "master"):
        print(f"ratio as {role}: CPU {cost['our_' + role] / cost['their_' + role]:.2f}, "
              f"resident memory {memory['our_' + role] / memory['their_' + role]:.2f}")


def spread(label, values):
    ranks = sorted(map(abs, values))
    rms = (sum(value * value for value in values) / len(values)) ** 0.5
    at = [ranks[min(len(ranks) - 1, int(share * len(ranks)))] for share in (0.5, 0.95)]
    print(f"{label:28} {len(values):6} samples, rms {rms:7.0f}, p50 {at[0]:6.0f}, p95 {at[1]:6.0f}, max {ranks[-1]:7.0f} ns")
    return [rms, *at, ranks[-1]]


def offsets(ours, theirs, seconds):
    with open(ours, encoding="utf-8") as file:
        events = [json.loads(line) for line in file if line.startswith("{")]
    samples = [event for event in events if event["event"] == "offset"]
    since = samples[-1]["t"] - seconds
    samples = [event for event in samples if event["t"] > since]
    with open(theirs, encoding="utf-8", errors="replace") as file:
        found = [match for match in map(re.compile(r"\[([\d.]+)\].*master offset\s+(-?\d+)").search, file) if match]
    since = float(found[-1][1]) - seconds
    found = [float(match[2]) for match in found if float(match[1]) > since]
    # A ptp4l that runs free prints one sample a second: as many of ours, evenly taken, so that the extremes compare.
    samples = samples[::max(1, len(samples) // len(found))]
    mine = spread("wirestamp, as steered", [event["offset_ns"] for event in samples])
    raw = spread("wirestamp, each measurement", [event["measured_ns"] for event in samples])
    other = spread("ptp4l, each measurement", found)
    for label, values in (("as steered", mine), ("each measurement", raw)):
        print(f"ratio to ptp4l, {label}: " + ", ".join(
            f"{name} {left / right:.2f}" for name, left, right in zip(("rms", "p50", "p95", "max"), values, other)))


if sys.argv[1] == "cpu":
    cpu(*sys.argv[2:4])
else:
    offsets(sys.argv[2], sys.argv[3], float(sys.argv[4]))
