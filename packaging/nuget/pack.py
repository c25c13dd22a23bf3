#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packs for NuGet: Wirestamp with the assemblies, and Wirestamp.runtime.RID with the libraries of each system. A program refers to
Wirestamp alone. What is packed is already built; `dotnet pack` is not used, because it never writes the same bytes twice.

  pack.py --version 0.1.0 --assemblies FOLDER --native linux-x64=FOLDER [--native win-x64=FOLDER] --file NOTICE... --output FOLDER

--assemblies holds a folder for each target framework (netstandard2.0, net10.0, ...) with Wirestamp.dll in it.
"""
import argparse
import hashlib
import os
import sys
import time
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

DESCRIPTION = ("Packet timestamps, cross-timestamps, timestamp capabilities of network adapters, and a PTPv2 (IEEE 1588) clock "
               "inside your program.")
# What each target framework lacks of what the sources use; the same numbers as in bindings/csharp/Wirestamp.csproj.
LACKING = {"netstandard2.0": [("System.Memory", "4.5.5"), ("Microsoft.Bcl.AsyncInterfaces", "8.0.0")]}
# On Windows all is in one: wirestamp.dll and Wirestamp.dll would be the same file.
LIBRARIES = {"linux": ["libwirestamp.so.1", "libwirestampcs.so"], "win": ["wirestampcs.dll"]}
TYPES = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "psmdcp": "application/vnd.openxmlformats-package."
         "core-properties+xml"}


def framework_name(short):
    """As a .nuspec names it: netstandard2.0 -> .NETStandard2.0; net10.0 stays; net472 -> .NETFramework4.7.2."""
    if short.startswith("netstandard"):
        return ".NETStandard" + short[len("netstandard"):]
    digits = short[len("net"):]
    return short if "." in digits else ".NETFramework" + ".".join(digits)


def nuspec(identity, version, description, groups):
    lines = ['<?xml version="1.0" encoding="utf-8"?>',
             '<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">', "  <metadata>",
             f"    <id>{identity}</id>", f"    <version>{version}</version>", "    <authors>The Wirestamp authors</authors>",
             '    <license type="expression">Apache-2.0</license>',
             f"    <description>{escape(description)}</description>", "    <tags>ptp ieee1588 timestamp clock native</tags>"]
    if groups:
        lines.append("    <dependencies>")
        for framework, needed in groups:
            lines.append(f'      <group targetFramework="{framework}">')
            lines += [f'        <dependency id="{name}" version="{wanted}" />' for name, wanted in needed]
            lines.append("      </group>")
        lines.append("    </dependencies>")
    return "\n".join([*lines, "  </metadata>", "</package>", ""])


def write_package(output, identity, version, description, groups, files):
    """The container of NuGet's: a zip by the Open Packaging Conventions. Same input, same bytes."""
    core = hashlib.sha256(f"{identity} {version}".encode()).hexdigest()[:32] + ".psmdcp"
    parts = {f"{identity}.nuspec": nuspec(identity, version, description, groups).encode()}
    parts.update({name: path.read_bytes() for name, path in files.items()})
    parts["_rels/.rels"] = (
        '<?xml version="1.0" encoding="utf-8"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\n'
        f'  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/{identity}.nuspec" Id="R1" />\n'
        '  <Relationship Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" '
        f'Target="/package/services/metadata/core-properties/{core}" Id="R2" />\n</Relationships>\n').encode()
    parts[f"package/services/metadata/core-properties/{core}"] = (
        '<?xml version="1.0" encoding="utf-8"?>\n<coreProperties xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns="http://schemas.openxmlformats.org/package/2006/metadata/core-properties">\n'
        f"  <dc:creator>The Wirestamp authors</dc:creator>\n  <dc:description>{escape(description)}</dc:description>\n"
        f"  <dc:identifier>{identity}</dc:identifier>\n  <version>{version}</version>\n</coreProperties>\n").encode()
    types = [f'  <Default Extension="{suffix}" ContentType="{TYPES.get(suffix, "application/octet")}" />'
             for suffix in sorted({name.rsplit(".", 1)[1] for name in parts if "." in name.rsplit("/", 1)[-1]})]
    types += [f'  <Override PartName="/{name}" ContentType="application/octet" />'
              for name in sorted(parts) if "." not in name.rsplit("/", 1)[-1]]
    parts["[Content_Types].xml"] = ("\n".join(
        ['<?xml version="1.0" encoding="utf-8"?>', '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">',
         *types, "</Types>", ""])).encode()

    when = max(int(os.environ.get("SOURCE_DATE_EPOCH") or time.time()), 315619200)  # a zip knows no day before 1980
    path = output / f"{identity}.{version}.nupkg"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(parts):
            entry = zipfile.ZipInfo(name, time.gmtime(when)[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, parts[name])
    print(path)


def main():
    parser = argparse.ArgumentParser(description="Packs for NuGet what is built.")
    parser.add_argument("--version", required=True)
    parser.add_argument("--assemblies", type=Path, required=True)
    parser.add_argument("--native", action="append", default=[], metavar="RID=FOLDER")
    parser.add_argument("--file", action="append", default=[], type=Path, help="a licence or notice to go into every package")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    notices = {path.name if "." in path.name else path.name + ".txt": path for path in options.file}

    runtimes = []
    for native in options.native:
        rid, folder = native.split("=", 1)
        if not all(Path(folder, library).exists() for library in LIBRARIES[rid.split("-")[0]]):
            print(f"pack.py: nothing is built for {rid} in {folder}; without it", file=sys.stderr)
            continue
        files = dict(notices)
        for library in LIBRARIES[rid.split("-")[0]]:
            files[f"runtimes/{rid}/native/{library}"] = Path(folder, library)
        identity = f"Wirestamp.runtime.{rid}"
        write_package(options.output, identity, options.version, f"Native libraries of Wirestamp for {rid}. {DESCRIPTION}", [], files)
        runtimes.append((identity, f"[{options.version}]"))

    files, groups = dict(notices), []
    for assembly in sorted(options.assemblies.glob("net*/Wirestamp.dll")):
        framework = assembly.parent.name
        for path in (assembly, assembly.with_suffix(".xml")):
            if path.exists():
                files[f"lib/{framework}/{path.name}"] = path
        groups.append((framework_name(framework), [*LACKING.get(framework, []), *runtimes]))
    if not groups or not runtimes:
        sys.exit(f"pack.py: no Wirestamp.dll under {options.assemblies}, or no --native")
    write_package(options.output, "Wirestamp", options.version, DESCRIPTION, groups, files)
    return 0


if __name__ == "__main__":
    sys.exit(main())
