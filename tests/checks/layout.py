#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sizes, offsets and constants of the C interface, compared with tests/abi/layout-lp64.txt, which pins them,
on this system and, by mingw-w64, on 64-bit Windows.

What is pinned there may never change or go: programs in five languages were compiled with it. What is new must be pinned,
by running this with --update and committing the file. Structures may grow at their end; then their size line changes, which
--update shows in the diff and which is in order only for those that start with struct_size.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(os.environ.get("WIRESTAMP_ROOT") or Path(__file__).resolve().parents[2])
HEADERS = ["base", "context", "interface", "capabilities", "clock", "socket", "ptp", "simulation"]
GOLDEN = ROOT / "tests" / "abi" / "layout-lp64.txt"
# Not values of the interface: versions move, the rest is syntax.
NOT_PINNED = re.compile(r"^WST_(VERSION_|API$|CALL$|BUILD$|STATIC$)|_INIT$")


def without_comments(text):
    return re.sub(r"//[^\n]*", " ", re.sub(r"/\*.*?\*/", " ", text, flags=re.S))


def structures(text):
    """Name and fields of every `typedef struct NAME { ... } NAME;`, nested unions taken as one field."""
    for match in re.finditer(r"typedef struct (\w+) \{", text):
        depth, end = 1, match.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        body = re.sub(r"\{.*\}", " ", text[match.end():end - 1], flags=re.S)
        fields = []
        for declaration in filter(None, (part.strip() for part in body.split(";"))):
            for declarator in declaration.split(","):
                found = re.search(r"(\w+)\s*(?:\[[^\]]*\]\s*)*$", declarator.strip())
                fields.append(found.group(1))
        yield match.group(1), fields


def constants(text):
    for name in re.findall(r"^#define (WST_\w+)[ \t]+\S", text, flags=re.M):
        if not NOT_PINNED.search(name):
            yield name


def program():
    lines = ["#include <stddef.h>", "#include <stdio.h>"]
    lines += [f'#include "wirestamp/{header}.h"' for header in HEADERS]
    lines.append("int main(void) {")
    for header in HEADERS:
        text = without_comments((ROOT / "api" / "wirestamp" / f"{header}.h").read_text(encoding="utf-8"))
        for name, fields in structures(text):
            lines.append(f'    printf("struct {name} size %zu\\n", sizeof({name}));')
            for field in fields:
                lines.append(f'    printf("field {name}.{field} at %zu size %zu\\n", offsetof({name}, {field}), '
                             f"sizeof((({name} *)0)->{field}));")
        for name in constants(text):
            lines.append(f'    printf("constant {name} = %lld\\n", (long long)({name}));')
    lines += ["    return 0;", "}", ""]
    return "\n".join(lines)


def measure():
    with tempfile.TemporaryDirectory() as work:
        source = Path(work) / "layout.c"
        source.write_text(program(), encoding="utf-8")
        binary = Path(work) / "layout"
        subprocess.run([os.environ.get("CC", "cc"), "-std=c99", "-I", str(ROOT / "api"), str(source), "-o", str(binary)],
                       check=True)
        return subprocess.run([str(binary)], check=True, capture_output=True, text=True).stdout.splitlines()


def windows_program(pinned):
    """The same layout as conditions that the cross-compiler checks: nothing needs to run."""
    lines = ["#include <stddef.h>"]
    lines += [f'#include "wirestamp/{header}.h"' for header in HEADERS]
    for line in pinned:
        if found := re.match(r"struct (\w+) size (\d+)$", line):
            condition = f"sizeof({found[1]}) == {found[2]}"
        elif found := re.match(r"field (\w+)\.(\w+) at (\d+) size (\d+)$", line):
            condition = (f"offsetof({found[1]}, {found[2]}) == {found[3]} && "
                         f"sizeof((({found[1]} *)0)->{found[2]}) == {found[4]}")
        else:
            name, value = re.match(r"constant (\w+) = (-?\d+)$", line).groups()
            # The least number has no literal of its own.
            condition = f"({name}) == ({int(value) + 1}LL - 1)" if int(value) < 0 else f"(unsigned long long)({name}) == {value}ULL"
        lines.append(f'_Static_assert({condition}, "{line}");')
    return "\n".join([*lines, ""])


def check_windows(pinned):
    compiler = shutil.which("x86_64-w64-mingw32-gcc-posix")
    if not compiler:
        print("skip layout_on_windows_is_the_same # mingw-w64 (posix) is not installed")
        return
    with tempfile.TemporaryDirectory() as work:
        source = Path(work) / "layout.c"
        source.write_text(windows_program(pinned), encoding="utf-8")
        result = subprocess.run([compiler, "-std=c11", "-fsyntax-only", "-I", str(ROOT / "api"), str(source)],
                                capture_output=True, text=True, check=False)
    verdict("layout_on_windows_is_the_same", [line for line in result.stderr.splitlines() if "error" in line])


def key(line):
    return " ".join(line.split()[:2])


def verdict(name, problems):
    if problems:
        print(f"not ok {name}: {'; '.join(problems[:5])}" + (f" and {len(problems) - 5} more" if len(problems) > 5 else ""))
    else:
        print(f"ok {name}")


def main():
    if sys.maxsize < 2**32:
        print("skip layout # pinned for 64-bit systems")
        return 0
    now = measure()
    if "--update" in sys.argv[1:]:
        GOLDEN.write_text("\n".join(now) + "\n", encoding="utf-8")
        return 0
    pinned = {key(line): line for line in GOLDEN.read_text(encoding="utf-8").splitlines()}
    found = {key(line): line for line in now}
    verdict("layout_of_what_is_pinned_is_unchanged",
            [f"was '{line}', is '{found.get(name, 'gone')}'" for name, line in pinned.items() if found.get(name) != line])
    verdict("layout_of_everything_is_pinned",
            [f"{line} (pin it: tests/checks/layout.py --update)" for name, line in found.items() if name not in pinned])
    check_windows(pinned.values())
    # The promise of base.h: the same on 32 and 64 bit where no pointer is inside, and room for every event.
    verdict("layout_of_an_event_is_512_bytes", [] if found.get("struct wst_event") == "struct wst_event size 512" else ["it is not"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
