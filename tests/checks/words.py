#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a reader should not find in a finished tree, and what every source file must have. Each kind is one test."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SELF = Path(__file__).resolve()
SOURCES = {".c", ".cpp", ".h", ".hpp", ".py", ".sh", ".cs", ".java", ".go", ".i"}
BAD = {
    "unfinished": re.compile(r"\b(TODO|FIXME|XXX|HACK|TBD)\b"),
    "make_believe": re.compile(r"\b(placeholder|stub(s|bed)?|not (yet )?implemented)\b", re.IGNORECASE),
    "places_of_one_machine": re.compile(r"(^|[\s\"'(`=])(/work/|/tmp/team|/home/[a-z]+/|/root/)|\.\./shared/"),
    "conflicts": re.compile(r"^(<<<<<<<|>>>>>>>) "),
    "trailing_blanks": re.compile(r"[ \t]+$"),
    "carriage_returns": re.compile(r"\r"),
}


def files():
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:  # a tree without its history
        paths = [path for path in ROOT.rglob("*") if "build" not in path.relative_to(ROOT).parts[:1]]
    for path in sorted(paths):
        if path.is_file() and path not in (SELF, ROOT / "LICENSE") and not path.is_symlink():
            yield path


def text_of(path):
    data = path.read_bytes()
    if b"\0" in data:
        return None
    return data.decode("utf-8", errors="replace").split("\n")


def main():
    found = {kind: [] for kind in BAD}
    unlicensed, count = [], 0
    for path in files():
        lines = text_of(path)
        if lines is None:
            continue
        count += 1
        name = path.relative_to(ROOT)
        for number, line in enumerate(lines, 1):
            for kind, pattern in BAD.items():
                if pattern.search(line) and not (kind == "trailing_blanks" and path.suffix == ".md"):
                    found[kind].append(f"{name}:{number}")
        if path.suffix in SOURCES and not any("SPDX-License-Identifier: Apache-2.0" in line for line in lines[:3]):
            unlicensed.append(str(name))
    for kind, places in {**found, "licence_line": unlicensed}.items():
        print(f"ok {kind}" if not places else f"not ok {kind}: {', '.join(places[:12])}")
    print("ok files_read" if count > 50 else f"not ok files_read: only {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
