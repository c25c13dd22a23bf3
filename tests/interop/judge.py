#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges the JSON lines of one `wirestamp ptp --json` run and prints ok / not ok lines.

usage: judge.py NAME FILE [--p95 NS] [--max-delay NS] [--interval SECONDS] [--seconds S]
"""
import argparse
import json
import sys

parser = argparse.ArgumentParser()
parser.add_argument("name")
parser.add_argument("file")
parser.add_argument("--p95", type=float, default=10_000, help="95 % of |offset| after lock stay below this")
parser.add_argument("--max-delay", type=float, default=100_000, help="mean path delay stays between 0 and this")
parser.add_argument("--interval", type=float, default=1.0, help="Sync interval in seconds")
parser.add_argument("--seconds", type=float, default=0, help="length of the run: so many samples must be there")
options = parser.parse_args()


def verdict(name, good, why):
    print(f"ok {options.name}_{name}" if good else f"not ok {options.name}_{name}: {why}")


events = []
with open(options.file, encoding="utf-8") as lines:
    for line in lines:
        if line.startswith("{"):
            events.append(json.loads(line))

samples = [e for e in events if e["event"] == "offset"]
locked_at = next((e["t"] for e in events if e["event"] == "clock_state" and e["to"] == "LOCKED"), None)
verdict("locks", locked_at is not None, f"no LOCKED among {len(events)} events")
if locked_at is None:
    sys.exit(0)

locked = [e for e in samples if e["t"] > locked_at]
offsets = sorted(abs(e["offset_ns"]) for e in locked)
if not offsets:
    verdict("samples", False, "no sample after lock")
    sys.exit(0)
p95 = offsets[int(0.95 * (len(offsets) - 1))]
verdict("offset", p95 < options.p95, f"95 % of offsets reach {p95} ns, allowed {options.p95}")
delays = sorted(e["delay_ns"] for e in locked)
delay = delays[len(delays) // 2]
verdict("path_delay", 0 < delay < options.max_delay, f"median path delay {delay} ns")
# A missed beat is a gap of more than two intervals between samples (one is scheduling).
gaps = [b["t"] - a["t"] for a, b in zip(locked, locked[1:])]
worst = max(gaps, default=0)
verdict("no_missed_beat", worst < 2.5 * options.interval, f"{worst:.3f} s between two samples")
if options.seconds:
    expected = (options.seconds - locked_at) / options.interval
    verdict("sample_count", len(locked) >= 0.95 * expected - 1, f"{len(locked)} samples, expected {expected:.0f}")
unwanted = [e for e in events if e["event"] == "fault"] + [
    e for e in events if e["event"] == "clock_state" and e["from"] == "LOCKED" and e["t"] < options.seconds - 1]
verdict("no_fault", not unwanted, f"{unwanted[:2]}")
print(f"# {options.name}: locked after {locked_at:.1f} s, offset p95 {p95} ns, max {offsets[-1]} ns, "
      f"path delay {delay} ns, {len(locked)} samples", file=sys.stderr)
