#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Arrows between folders run one way: abi -> runtime -> {platform, ptp, clock} -> base. Each file is one test.

Besides: the protocol and the estimators do no input or output; the public headers stand on themselves; samples and bindings
use only the public headers.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAY_INCLUDE = {
    "base": {"base"},
    "clock": {"clock", "base"},
    "ptp": {"ptp", "base"},
    "platform": {"platform", "base"},
    "runtime": {"runtime", "platform", "ptp", "clock", "base"},
    "abi": {"abi", "runtime", "platform", "ptp", "clock", "base"},
}
# Status codes and clock names are the one thing that the inner folders share with the public interface.
PURE = {"base", "clock", "ptp"}
PURE_MAY_INCLUDE_PUBLIC = {"wirestamp/base.h"}
IO_HEADERS = re.compile(r"^(boost/asio|sys/|net/|netinet/|linux/|poll\.h|unistd\.h|fcntl\.h|time\.h|winsock|ws2|windows\.h|"
                        r"fstream|iostream|thread|mutex|condition_variable|future|filesystem)")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
SOURCES = {".c", ".cpp", ".h", ".hpp"}


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def folder_of(include):
    parts = include.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "impl" else None


def inner(path):
    """What is wrong with a file of impl/."""
    folder = path.relative_to(ROOT).parts[1]
    allowed = MAY_INCLUDE.get(folder)
    if allowed is None:
        yield f"impl/{folder} is not a folder of the design"
        return
    for number, _, include in includes(path):
        target = folder_of(include)
        if include.startswith("impl/") and target not in allowed:
            yield f"line {number}: {folder} must not know {include}"
        if folder in PURE and include.startswith("wirestamp/") and include not in PURE_MAY_INCLUDE_PUBLIC:
            yield f"line {number}: {folder} must not know the public {include}"
        if folder in {"clock", "ptp"} and IO_HEADERS.match(include):
            yield f"line {number}: {folder} does no input or output, but includes {include}"
        if include.startswith("../") or include.startswith("./"):
            yield f"line {number}: includes begin at the top of the tree, not with {include}"


def public(path):
    for number, mark, include in includes(path):
        if include.startswith("impl/"):
            yield f"line {number}: a public header must not know {include}"
        elif mark == '"' and not include.startswith("wirestamp/"):
            yield f"line {number}: write wirestamp/{include}"
        elif path.suffix == ".h" and mark == "<" and not include.endswith(".h"):
            yield f"line {number}: {include} is no header of C"


def outer(path):
    for number, _, include in includes(path):
        if include.startswith("impl/") or "/impl/" in include:
            yield f"line {number}: only the public headers are for users, not {include}"


def main():
    for top, rule in (("impl", inner), ("api", public), ("samples", outer), ("bindings", outer), ("tests/abi", outer)):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix not in SOURCES or not path.is_file():
                continue
            faults = list(rule(path))
            name = path.relative_to(ROOT)
            print(f"ok {name}" if not faults else f"not ok {name}: " + "; ".join(faults))
    return 0


if __name__ == "__main__":
    sys.exit(main())
