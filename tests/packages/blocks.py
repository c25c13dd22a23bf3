# SPDX-License-Identifier: Apache-2.0
"""The programs in one language that the documents show: blocks.py LANGUAGE FOLDER writes each into a folder of its own there, under
the name that its language wants, and prints a line for each: the folder, the document, and what the program is run with."""
import os
import re
import sys
from pathlib import Path

ROOT = Path(os.environ["WIRESTAMP_ROOT"])
BLOCK = re.compile(r"(?:<!-- run:(?P<run>[^>]*)-->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NAMES = {"c": "program.c", "cpp": "program.cpp", "csharp": "Program.cs", "go": "main.go"}


def main():
    language, folder = sys.argv[1], Path(sys.argv[2])
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        found = [block for block in BLOCK.finditer(document.read_text(encoding="utf-8")) if block["language"] == language]
        for number, block in enumerate(found, 1):
            name = NAMES.get(language) or re.search(r"^(?:public )?class (\w+)", block["text"], re.MULTILINE)[1] + ".java"
            place = folder / f"{document.stem}_{number}"
            place.mkdir(parents=True)
            (place / name).write_text(block["text"], encoding="utf-8")
            print(place, f"{document.stem}_{number}", *(block["run"] or "").split())


main()
