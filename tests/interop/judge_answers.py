# SPDX-License-Identifier: Apache-2.0
"""Compares what pmc prints of two clocks in the same role, and prints one ok / not ok line for each answer.

usage: judge_answers.py NAME OURS THEIRS

The files hold pmc's output. Every field must be there in the same order, and hold the same
value unless it is in `own`: what differs from one clock or instant to the next.
"""
import re
import sys

own = {
    "physicalAddress", "protocolAddress", "clockIdentity", "portIdentity", "parentPortIdentity", "grandmasterIdentity",
    "gmIdentity", "interface", "offsetFromMaster", "meanPathDelay", "peerMeanPathDelay", "master_offset", "ingress_time",
    "cumulativeScaledRateOffset", "scaledLastGmPhaseChange", "gmTimeBaseIndicator", "lastGmPhaseChange",
    # ptp4l on system time tells UTC, we tell TAI.
    "ptpTimescale",
    # A ptp4l that may not steer never calls itself calibrated.
    "portState",
    # The octet holds minorVersionNumber too (IEEE 1588-2019 clause 15.5.3.3.1); 3.1.1 sends version 2.0.
    "versionNumber",
}
name, ours, theirs = sys.argv[1:]


def answers(path):
    """Name of the answer -> list of (field, value)."""
    found, current = {}, None
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            line = line.rstrip("\n")
            if line.startswith("\t\t") and current is not None:
                field, _, value = line.strip().partition(" ")
                current.append((field, value.strip()))
            elif line.startswith("\t"):
                # "001122.fffe.334455-1 seq 0 RESPONSE MANAGEMENT PRIORITY1": from which port, what
                header = re.match(r"\S+-(\d+) seq \d+ RESPONSE (\S+) ?(\S*)", line.strip())
                what = (header[3] or "NULL_MANAGEMENT") if header[2] == "MANAGEMENT" else header[2]
                current = found[what] = [("port", header[1])]
    return found


def comparable(rows):
    return [(field, "" if field in own or field.startswith(("rx_", "tx_")) else value) for field, value in rows]


left, right = answers(ours), answers(theirs)
if len(right) < 5:
    print(f"not ok {name}: ptp4l gave {len(right)} answers")
for what in sorted(left.keys() | right.keys()):
    label = f"{name}_{what.lower()}"
    mine, rows = comparable(left.get(what, [])), comparable(right.get(what, []))
    if mine == rows:
        print(f"ok {label}")
    else:
        difference = [pair for pair in zip(mine, rows) if pair[0] != pair[1]]
        print(f"not ok {label}: ours against ptp4l's: {difference[:3] or (mine, rows)}")
