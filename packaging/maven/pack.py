#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lays the jar, its sources and its pom out as a repository of Maven's: a folder that Maven, Gradle, sbt or ivy reads by a file: URL,
or that is copied to a server as it is.

  pack.py --pom bindings/java/pom.xml --jar wirestamp.jar [--source FOLDER]... --output FOLDER
"""
import argparse
import hashlib
import io
import os
import sys
import time
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

POM = {"m": "http://maven.apache.org/POM/4.0.0"}


def put(path, data):
    path.write_bytes(data)
    for algorithm in ("md5", "sha1", "sha256"):
        path.with_name(f"{path.name}.{algorithm}").write_text(hashlib.new(algorithm, data).hexdigest(), encoding="ascii")


def sources(folders, when):
    files = {}
    for folder in folders:
        for path in folder.rglob("*.java"):
            # By package, wherever a generator has put the file.
            package = next((line.split()[1].rstrip(";") for line in path.read_text(encoding="utf-8").splitlines()
                            if line.startswith("package ")), "")
            files["/".join([*filter(None, package.split(".")), path.name])] = path.read_bytes()
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as jar:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, time.gmtime(when)[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            jar.writestr(entry, files[name])
    return memory.getvalue()


def main():
    parser = argparse.ArgumentParser(description="Makes a repository of Maven's from what is built.")
    parser.add_argument("--pom", type=Path, required=True)
    parser.add_argument("--jar", type=Path, required=True)
    parser.add_argument("--source", type=Path, action="append", default=[])
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    when = max(int(os.environ.get("SOURCE_DATE_EPOCH") or time.time()), 315619200)
    project = ElementTree.parse(options.pom).getroot()
    group, artifact, version = (project.find(f"m:{name}", POM).text for name in ("groupId", "artifactId", "version"))
    folder = options.output.joinpath(*group.split("."), artifact)
    (folder / version).mkdir(parents=True, exist_ok=True)
    stem = folder / version / f"{artifact}-{version}"
    put(stem.with_name(stem.name + ".jar"), options.jar.read_bytes())
    put(stem.with_name(stem.name + ".pom"), options.pom.read_bytes())
    if options.source:
        put(stem.with_name(stem.name + "-sources.jar"), sources(options.source, when))
    put(folder / "maven-metadata.xml", (
        '<?xml version="1.0" encoding="UTF-8"?>\n<metadata>\n'
        f"  <groupId>{group}</groupId>\n  <artifactId>{artifact}</artifactId>\n  <versioning>\n    <latest>{version}</latest>\n"
        f"    <release>{version}</release>\n    <versions>\n      <version>{version}</version>\n    </versions>\n"
        f"    <lastUpdated>{time.strftime('%Y%m%d%H%M%S', time.gmtime(when))}</lastUpdated>\n  </versioning>\n</metadata>\n").encode())
    print(stem.parent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
