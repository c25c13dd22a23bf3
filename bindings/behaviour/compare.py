#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare.py EXPECTED ACTUAL: equal word by word, where a word * in EXPECTED stands for any. Names the first difference."""
import sys
from pathlib import Path


def same(expected, actual):
    wanted, got = expected.split(" "), actual.split(" ")
    return len(wanted) == len(got) and all(w in ("*", g) for w, g in zip(wanted, got))


def main():
    expected, actual = (Path(name).read_text(encoding="utf-8").splitlines() for name in sys.argv[1:3])
    command = ""
    for number in range(max(len(expected), len(actual))):
        wanted = expected[number] if number < len(expected) else "(nothing)"
        got = actual[number] if number < len(actual) else "(nothing)"
        command = got if got.startswith("> ") else command
        if not same(wanted, got):
            print(f"line {number + 1}, after \"{command}\": expected \"{wanted}\", got \"{got}\"")
            return 1
    return 0


sys.exit(main())
