#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges how clocks with hardware stamps followed each other, from their own output, and prints ok / not ok lines.

usage: judge.py NAME FILE [--rms NS] [--delay LEAST MOST] [--settles S] [--beside FILE] [--after S] [--until S] ...

FILE ends in .json (lines of `wirestamp ptp --json`) or .log (ptp4l with -m and a line for every sample). Both report the offset
found at a Sync before it is corrected, so the figures of the two are alike. A clock has settled when its offset stays within
--near from there on; time counts from the start of its program. Limits, never equalities: the time of a guest is virtual, but
what the host's files take is not.
"""
import argparse
import json
import math
import re

parser = argparse.ArgumentParser()
parser.add_argument("name")
parser.add_argument("file")
parser.add_argument("--rms", type=float, default=30, help="ns, after it has settled")
parser.add_argument("--near", type=float, default=100, help="ns")
parser.add_argument("--settles", type=float, default=15, help="s after the start, at most")
parser.add_argument("--delay", type=float, nargs=2, default=(-30, 60), help="ns: median path delay")
parser.add_argument("--frequency", type=float, nargs=2, help="ppb: median adjustment after it has settled")
parser.add_argument("--beside", help="output of the other program in the same place: we are no worse")
parser.add_argument("--faults", default="", help="pattern of faults that are expected")
parser.add_argument("--after", type=float, default=0, help="s: only what comes later counts")
parser.add_argument("--until", type=float, default=math.inf, help="s: only what came before counts")
options = parser.parse_args()


class Run:
    """Samples (time since the start, offset, delay, frequency) and faults of one clock."""

    def __init__(self, path):
        self.samples, self.faults, self.locked = [], [], None
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        if path.endswith(".json"):
            self.read_ours(lines)
        else:
            self.read_theirs(lines)
        self.last = lines[-2:]
        self.samples = [s for s in self.samples if options.after <= s[0] < options.until]
        self.settled = None
        for sample in reversed(self.samples):
            if abs(sample[1]) > options.near:
                break
            self.settled = sample[0]
        after = [s for s in self.samples if self.settled is not None and s[0] >= self.settled]
        self.count = len(after)
        self.rms = math.sqrt(sum(s[1] ** 2 for s in after) / len(after)) if after else math.inf
        self.delay = sorted(s[2] for s in after)[len(after) // 2] if after else math.nan
        self.frequency = sorted(s[3] for s in after)[len(after) // 2] if after else math.nan

    def read_ours(self, lines):
        for event in (json.loads(line) for line in lines if line.startswith("{")):
            if event["event"] == "offset":
                self.samples.append((event["t"], event["offset_ns"], event["delay_ns"], event["frequency_ppb"]))
            elif event["event"] == "clock_state" and event["to"] == "LOCKED" and self.locked is None:
                self.locked = event["t"]
            elif event["event"] == "fault":
                self.faults.append((event["t"], event["text"]))

    def read_theirs(self, lines):
        start = None
        for line in lines:
            match = re.match(r"ptp4l\[([\d.]+)\]: (.*)", line)
            if not match:
                continue
            time, text = float(match[1]), match[2]
            start = time if start is None else start
            sample = re.match(r"master offset\s+(-?\d+) (s\d) freq\s+(\S+) path delay\s+(-?\d+)", text)
            if sample:
                self.samples.append((time - start, float(sample[1]), float(sample[4]), float(sample[3])))
                if sample[2] == "s2" and self.locked is None:
                    self.locked = time - start
            elif re.search(r"FAULT|bad message|rogue|timed out|without timestamp", text):
                self.faults.append((time - start, text))

    def figures(self):
        settled = "never" if self.settled is None else f"{self.settled:.1f} s"
        return f"rms {self.rms:.1f} ns of {self.count} samples, settled after {settled}, path delay {self.delay:.0f} ns"


def verdict(what, good, why):
    print(f"ok {options.name}_{what}" if good else f"not ok {options.name}_{what}: {why}")


run = Run(options.file)
print(f"# {options.name}: {run.figures()}")
verdict("follows", run.locked is not None, f"{len(run.samples)} samples; last said: {run.last}")
if run.locked is not None:
    verdict("settles", run.settled is not None and run.settled - options.after <= options.settles and run.count >= 20, run.figures())
    verdict("offset", run.rms <= options.rms, run.figures())
    verdict("path_delay", options.delay[0] <= run.delay <= options.delay[1], run.figures())
    if options.frequency:
        verdict("frequency", options.frequency[0] <= run.frequency <= options.frequency[1], f"{run.frequency:.0f} ppb")
    if options.beside:
        other = Run(options.beside)
        print(f"# {options.name}: beside it ptp4l: {other.figures()}")
        # A nanosecond for rounding: both print whole ones.
        verdict("no_worse_than_ptp4l", run.rms <= other.rms + 1, f"{run.figures()}; ptp4l {other.figures()}")
        verdict("no_later_than_ptp4l", run.settled is not None and (other.settled is None or run.settled <= other.settled),
                f"{run.figures()}; ptp4l {other.figures()}")
    faults = [fault for fault in run.faults if options.after <= fault[0] < options.until and not (options.faults and re.search(options.faults, fault[1]))]
    verdict("no_fault", not faults, f"{faults[:2]}")
