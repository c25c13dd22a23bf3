#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the documents say works: every block of C and C++ in docs/ and README.md is compiled against the installation, every shell
line of the wirestamp command and every configuration is run, every link between files leads somewhere, and Doxygen has nothing to
say about the headers.

`<!-- run: ARGUMENTS -->` before a program runs it with these; without it the program is compiled only. Programs that name wst-a need
a PTP master on the other end of a wire: tests/interop/readme.sh runs them. Those in C#, Java and Go are the programs of the empty
projects in tests/packages.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(os.environ.get("WIRESTAMP_ROOT") or Path(__file__).resolve().parents[2])
PREFIX = Path(os.environ["WIRESTAMP_PREFIX"])
COMMAND = Path(os.environ["WIRESTAMP_COMMAND"])
BLOCK = re.compile(r"(?:<!-- run:(?P<run>[^>]*)-->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
COMPILERS = {"c": ["cc", "-std=c99", "-pedantic"], "cpp": ["c++", "-std=c++17", "-pedantic"]}
# Compiled and run elsewhere, or read only.
ELSEWHERE = {"csharp", "java", "go", "xml", "json", "groovy", "powershell", "text"}


def verdict(name, good, why=""):
    print(f"ok {name}" if good else f"not ok {name}: {str(why)[-400:]!r}", flush=True)


def run(words, work, **more):
    libraries = ":".join(str(path.parent) for path in PREFIX.rglob("libwirestamp.so"))
    environment = dict(os.environ, PATH=f"{COMMAND.parent}:{os.environ['PATH']}", LD_LIBRARY_PATH=libraries)
    return subprocess.run(words, capture_output=True, text=True, cwd=work, env=environment, timeout=120, check=False, **more)


def check_program(name, language, text, arguments, work):
    source = Path(work, "program." + language)
    source.write_text(text, encoding="utf-8")
    library = next(PREFIX.rglob("libwirestamp.so")).parent
    result = run([*COMPILERS[language], "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-Werror", str(source), "-o",
                  str(Path(work, "program")), f"-I{PREFIX / 'include'}", f"-L{library}", "-lwirestamp"], work)
    verdict(f"{name}_compiles", result.returncode == 0, result.stderr)
    if result.returncode == 0 and arguments is not None and "wst-" not in arguments:
        result = run([str(Path(work, "program")), *arguments.split()], work)
        verdict(f"{name}_runs", result.returncode == 0, result.stdout + result.stderr)


def check_shell(name, text, whole, work):
    lines = [line for line in text.splitlines() if line.startswith("wirestamp ")]
    for number, line in enumerate(lines if whole else [], 1):
        result = run(["bash", "-o", "pipefail", "-c", line], work)
        # A reader such as head may leave first.
        verdict(f"{name}_line_{number}", result.returncode in (0, 141), f"{line}: {result.stdout}{result.stderr}")


def check_configuration(name, text, work):
    Path(work, "ptp4l.conf").write_text(text, encoding="utf-8")
    result = run([str(COMMAND), "ptp", "-f", "ptp4l.conf", "-d", "1s"], work)
    verdict(f"{name}_is_read", result.returncode in (0, 3) and "port 1 (lo)" in result.stdout, result.stdout + result.stderr)


def check_file(path):
    text = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as work:
        for number, block in enumerate(BLOCK.finditer(text), 1):
            name, language = f"{path.stem}_block_{number}", block["language"]
            if language in COMPILERS:
                check_program(name, language, block["text"], block["run"], work)
            elif language == "sh":
                check_shell(name, block["text"], path.parent.name == "docs", work)
            elif language == "ini":
                check_configuration(name, block["text"], work)
            elif language not in ELSEWHERE:
                verdict(name, False, f"nothing is known about {language}")
    lost = [target for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", BLOCK.sub("", text)) if not (path.parent / target).exists()]
    verdict(f"{path.stem}_links", not lost, lost)


def check_reference():
    if not shutil.which("doxygen"):
        print("skip doxygen # doxygen is not installed")
        return
    (ROOT / "build").mkdir(exist_ok=True)
    result = subprocess.run(["doxygen", "packaging/Doxyfile"], capture_output=True, text=True, cwd=ROOT, check=False)
    pages = list((ROOT / "build" / "doxygen" / "html").glob("*_8h.html"))
    verdict("doxygen_without_warnings", result.returncode == 0 and not result.stderr.strip() and len(pages) >= 8, result.stderr)


def main():
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        check_file(path)
    check_reference()
    return 0


if __name__ == "__main__":
    sys.exit(main())
