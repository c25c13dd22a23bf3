# SPDX-License-Identifier: Apache-2.0
"""Judges what one client measured of the other program's master, from its own output, and prints ok / not ok lines.

usage: judge_peer.py ours|theirs NAME FILE [--samples N] [--typical NS] [--ahead NS]

ours: JSON lines of `wirestamp ptp --json`: the clock is steered, so that its offset after lock stays near zero.
theirs: output of a ptp4l that runs free: its offset is that of two clocks of one kernel, a straight line. What lies off the
line is the error of the pairing; where the line begins tells whether both mean the same instant.
Bounds are wide: machines that run tests are busy, and kernel stamps wait for busy processors.
"""
import argparse
import json
import re
import sys

parser = argparse.ArgumentParser()
parser.add_argument("program", choices=["ours", "theirs"])
parser.add_argument("name")
parser.add_argument("file")
parser.add_argument("--samples", type=int, default=0, help="at least so many; 40, or 8 of the one per second that a free ptp4l prints")
parser.add_argument("--typical", type=float, default=20_000, help="the median error stays below this (ns)")
parser.add_argument("--ahead", type=float, default=None, help="master minus client as it must be, within 1 ms (theirs)")
options = parser.parse_args()
wanted = options.samples or (40 if options.program == "ours" else 8)


def verdict(name, good, why):
    print(f"ok {options.name}_{name}" if good else f"not ok {options.name}_{name}: {why}")
    return good


def median(values):
    return sorted(values)[len(values) // 2]


def line_through(points):
    """Slope and value at the first time, by the median of slopes (one late stamp must not tilt it)."""
    half = len(points) // 2
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(points[:half], points[half:]) if b[0] > a[0]]
    slope = median(slopes) if slopes else 0.0
    begin = points[0][0]
    return slope, median([value - slope * (time - begin) for time, value in points]), begin


with open(options.file, encoding="utf-8", errors="replace") as file:
    lines = file.read().splitlines()

faults = []
if options.program == "ours":
    events = [json.loads(line) for line in lines if line.startswith("{")]
    locked_at = next((e["t"] for e in events if e["event"] == "clock_state" and e["to"] == "LOCKED"), None)
    if not verdict("locks", locked_at is not None, f"no LOCKED among {len(events)} events: {lines[-2:]}"):
        sys.exit(0)
    samples = [e for e in events if e["event"] == "offset" and e["t"] > locked_at]
    errors = [abs(e["offset_ns"]) for e in samples]
    delays = [e["delay_ns"] for e in samples]
    # In the last second both sides are being stopped, and questions stay open.
    faults = [e["text"] for e in events if e["event"] == "fault" and e["t"] < events[-1]["t"] - 1]
else:
    pattern = re.compile(r"\[([\d.]+)\].*master offset\s+(-?\d+) s\d freq\s+\S+ path delay\s+(-?\d+)")
    found = [tuple(map(float, match.groups())) for match in map(pattern.search, lines) if match]
    if not verdict("measures", len(found) > 1, f"no offsets: {lines[-3:]}"):
        sys.exit(0)
    slope, at_first, begin = line_through([(time, offset) for time, offset, _ in found])
    errors = [abs(offset - at_first - slope * (time - begin)) for time, offset, _ in found]
    delays = [delay for _, _, delay in found]
    verdict("same_rate", abs(slope) < 1e6, f"offset changes by {slope:.0f} ppb")
    if options.ahead is not None:
        # ptp4l's "master offset" is client minus master.
        verdict("same_time", abs(-at_first - options.ahead) < 1e6, f"master is {-at_first:.0f} ns ahead, not {options.ahead:.0f}")
    faults = [line for line in lines if re.search(r"FAULT|bad message|rogue|timed out", line)]

if verdict("samples", len(errors) >= wanted, f"{len(errors)} samples, expected {wanted}"):
    verdict("offset", median(errors) < options.typical, f"median error {median(errors):.0f} ns")
    verdict("path_delay", 0 < median(delays) < 200_000, f"median path delay {median(delays)} ns")
verdict("no_fault", not faults, f"{faults[:2]}")
if errors:
    print(f"# {options.name}: {len(errors)} samples, error median {median(errors):.0f} ns, "
          f"largest {max(errors):.0f} ns, path delay {median(delays):.0f} ns", file=sys.stderr)
