#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Abi.java: offsets, sizes and constants of the C interface as Java constants, from what tests/abi pins of them.

Usage: abi.py tests/abi/layout-lp64.txt Abi.java
"""
import re
import sys
from pathlib import Path

JAVA_WORDS = {"interface"}


def number(text):
    value = int(text)
    if -(2**31) <= value < 2**31:
        return "int", str(value)
    return "long", f"{value}L"


def main():
    layout, out = Path(sys.argv[1]), Path(sys.argv[2])
    structs, constants = {}, []
    for line in layout.read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"struct (\w+) size (\d+)", line):
            structs[match[1]] = [f"SIZE = {match[2]}"]
        elif match := re.fullmatch(r"field (\w+)\.(\w+) at (\d+) size \d+", line):
            name = match[2] + "_" if match[2] in JAVA_WORDS else match[2]
            structs[match[1]].append(f"{name} = {match[3]}")
        elif match := re.fullmatch(r"constant (\w+) = (-?\d+)", line):
            kind, value = number(match[2])
            constants.append(f"    static final {kind} {match[1]} = {value};")
        else:
            sys.exit(f"{layout}: cannot read '{line}'")
    text = ["package org.wirestamp;", "", f"/** Made from {layout.name}: the C interface's numbers. */",
            "final class Abi {", "    private Abi() {}", ""]
    text += constants
    for name, fields in structs.items():
        text += ["", f"    static final class {name} {{", f"        private {name}() {{}}", ""]
        text += [f"        static final int {field};" for field in fields]
        text.append("    }")
    text += ["}", ""]
    out.write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    main()
