#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lays the Go module out as a module proxy serves it: a folder for GOPROXY=file://FOLDER, or to be copied to a server as it is.
The module is source only; it finds the installed library by pkg-config.

  pack.py --version 0.1.0 --module bindings/go --licence LICENSE --output FOLDER
"""
import argparse
import json
import os
import re
import sys
import time
import zipfile
from pathlib import Path


def escaped(path):
    """As a proxy's file names have it: an upper-case letter is ! and the lower-case one."""
    return re.sub("[A-Z]", lambda letter: "!" + letter[0].lower(), path)


def main():
    parser = argparse.ArgumentParser(description="Makes the files of a Go module proxy.")
    parser.add_argument("--version", required=True)
    parser.add_argument("--module", type=Path, required=True)
    parser.add_argument("--licence", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    version = "v" + options.version
    when = max(int(os.environ.get("SOURCE_DATE_EPOCH") or time.time()), 315619200)
    mod = (options.module / "go.mod").read_text(encoding="utf-8")
    name = re.search(r"^module (\S+)", mod, re.MULTILINE)[1]
    folder = options.output / escaped(name) / "@v"
    folder.mkdir(parents=True, exist_ok=True)
    files = {"LICENSE": options.licence}
    for path in options.module.rglob("*"):
        if path.is_file() and path.suffix in (".go", ".c", ".h", ".mod", ".sum"):
            files[path.relative_to(options.module).as_posix()] = path
    with zipfile.ZipFile(folder / f"{version}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files):
            entry = zipfile.ZipInfo(f"{name}@{version}/{file}", time.gmtime(when)[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[file].read_bytes())
    (folder / f"{version}.mod").write_text(mod, encoding="utf-8")
    stamp = {"Version": version, "Time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))}
    (folder / f"{version}.info").write_text(json.dumps(stamp), encoding="utf-8")
    (folder / "list").write_text(version + "\n", encoding="utf-8")
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
