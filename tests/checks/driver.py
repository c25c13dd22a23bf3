#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds, finds the suites, runs them and counts: scripts one after another, test programs one on each processor.

A suite is
  - a test program: a CMake target named unit_*, abi_* or simulation_*;
  - an executable script with an interpreter line: *.sh in tests/interop/, any in tests/checks/ (this driver aside),
    bindings/*/test.sh; *.sh in tests/packages/; *.sh in tests/hardware/ (run.sh aside), which need a lab of virtual
    machines and say so without;
  - a test program once more under address and undefined-behaviour sanitizers (asan/NAME) or, where threads are, under the
    thread sanitizer (tsan/NAME); scripts of tests/interop named bad_* or hostile_* also run on the sanitized command;
  - a test program once more as Windows runs it (wine/NAME): built by mingw-w64, run by Wine in a prefix made for the run;
    scripts of tests/wine besides.

Programs made with Boost.Test write JUnit XML, which is counted. All others print lines:
  ok NAME          not ok NAME: why          skip NAME # why
A suite that ends badly without naming a failure, prints nothing, or runs out of time counts as one failure more.

Scripts find in their environment: WIRESTAMP_ROOT, WIRESTAMP_BUILD, WIRESTAMP_PREFIX (an installation) and WIRESTAMP_COMMAND.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PREFIX = ROOT / "build" / "prefix"
KINDS = ("unit", "abi", "simulation", "checks", "interop", "bindings", "hardware", "packages", "wine", "asan", "tsan")
QUICK = ("unit", "abi", "simulation", "checks")
PROGRAM = re.compile(r"^((?:unit|abi|simulation)_\w+): phony$")
# Programs that start threads or share memory between them; the rest only costs time under the thread sanitizer.
THREADED = re.compile(r"^(unit_(platform|runtime|clock|abi)|abi_|simulation_swarm$)")
HOSTILE = re.compile(r"^(bad|hostile)_")
# Not the programs about what Linux alone has, nor the long ones in virtual time, which run the same code on any system.
ON_WINDOWS = re.compile(r"^(unit_(base|clock|ptp|platform|runtime)|abi_(arguments|caller_driven|cplusplus|raii|simulated|simulation|"
                        r"status|structs|subscriptions))$")
# Linked by scripts of tests/wine.
FOR_WINE = ("wirestamp_command", "windows_eleven", "windows_ten", "windows_eleven_program")
# Debian's wine64 alone brings no command into the PATH.
WINE = shutil.which("wine64") or shutil.which("wine64", path="/usr/lib/wine")
MINGW = shutil.which("x86_64-w64-mingw32-g++-posix")
# These only end what hangs; nothing is measured by them.
PROGRAM_SECONDS = 900
SCRIPT_SECONDS = 900
# Time in guests is virtual, so a busy host makes them slow and nothing else; and the first makes their lab.
HARDWARE_SECONDS = 2400


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: list = field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def fail(self, why):
        self.failed += 1
        self.notes.append(why)

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


running = set()


def end(process):
    # First the word that compilers and clean-up traps listen to.
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            pass


def run(command, seconds, environment=None, cwd=ROOT):
    """Exit code (negative: signal, None: out of time) and all output of a command that gets no input."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                   env=environment, cwd=cwd, start_new_session=True)
        running.add(process)
        try:
            code = process.wait(seconds)
        except BaseException as interruption:
            end(process)
            if not isinstance(interruption, subprocess.TimeoutExpired):
                raise
            code = None
        finally:
            running.discard(process)
        output.seek(0)
        return code, output.read().decode(errors="replace")


def ending(code, seconds):
    if code is None:
        return f"did not end within {seconds} s"
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def tail(text, lines=25):
    return "\n".join("    " + line for line in text.rstrip().splitlines()[-lines:])


def count_lines(output):
    count = Count()
    for line in output.splitlines():
        if line.startswith("ok "):
            count.passed += 1
        elif line.startswith("not ok "):
            count.fail(line)
        elif line.startswith("skip "):
            count.skipped += 1
            count.notes.append(line)
    return count


def count_junit(path):
    """None if the program left no complete report."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return None
    count = Count()
    for case in root.iter("testcase"):
        name = f"{case.get('classname')}/{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            count.fail(f"not ok {name}")
        elif case.find("skipped") is not None:
            count.skipped += 1
        else:
            count.passed += 1
    return count


def settle(count, code, seconds, output, name):
    """A suite that ends badly, or that ran nothing, has failed whatever it printed before."""
    if code != 0 and not count.failed:
        count.fail(f"not ok {name}: {ending(code, seconds)}\n{tail(output)}")
    elif count.failed and code is None:
        count.fail(f"not ok {name}: {ending(code, seconds)}")
    elif not (count.passed or count.failed or count.skipped):
        count.fail(f"not ok {name}: nothing was run\n{tail(output)}")
    return count


def uses_boost_test(program):
    libraries = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False).stdout
    return "boost_unit_test_framework" in libraries


def run_program(program, name, environment):
    windows = program.suffix == ".exe"
    command = [WINE, str(program)] if windows else [str(program)]
    if not (program.stem.startswith("unit_") if windows else uses_boost_test(program)):
        code, output = run(command, PROGRAM_SECONDS, environment)
        return settle(count_lines(output), code, PROGRAM_SECONDS, output, name), output
    report = Path(tempfile.mkdtemp()) / "report.xml"
    # Windows has other paths: there by its name in the working directory.
    command += [f"--logger=JUNIT,all,{report.name if windows else report}", "--logger=HRF,error,stdout", "--color_output=no"]
    code, output = run(command, PROGRAM_SECONDS, environment, report.parent if windows else ROOT)
    count = count_junit(report)
    shutil.rmtree(report.parent)
    if count is None:
        count = Count()
        count.fail(f"not ok {name}: {ending(code, PROGRAM_SECONDS)} and left no report\n{tail(output)}")
        return count, output
    if count.failed:
        count.notes.append(tail(output))
    return settle(count, code, PROGRAM_SECONDS, output, name), output


class Build:
    """One preset: configured at once, built on demand."""

    def __init__(self, preset):
        self.preset = preset
        self.directory = ROOT / "build" / preset

    def configure(self):
        return run(["cmake", "--preset", self.preset], 600)

    def make(self, targets=()):
        command = ["cmake", "--build", str(self.directory), "--parallel", str(os.cpu_count() or 2)]
        # Without targets all is built; what does not build must not keep the rest from being tried.
        command += ["--target", *targets] if targets else []
        return run([*command, "--", "-k", "0"], 3600)

    def programs(self):
        code, output = run(["cmake", "--build", str(self.directory), "--target", "help"], 60)
        return sorted({m.group(1) for m in map(PROGRAM.match, output.splitlines()) if m}) if code == 0 else []

    def find(self, name):
        for path in sorted(self.directory.rglob(name)):
            if path.is_file() and os.access(path, os.X_OK):
                return path
        return None

    def environment(self):
        environment = dict(os.environ)
        environment.update(
            WIRESTAMP_ROOT=str(ROOT),
            WIRESTAMP_BUILD=str(self.directory),
            WIRESTAMP_PREFIX=str(PREFIX),
            LC_ALL="C.UTF-8",
            ASAN_OPTIONS="abort_on_error=0:detect_stack_use_after_return=1:strict_string_checks=1",
            UBSAN_OPTIONS="print_stacktrace=1",
            TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1",
        )
        command = self.find("wirestamp.exe" if self.preset == "mingw" else "wirestamp")
        if command:
            environment["WIRESTAMP_COMMAND"] = str(command)
        if self.preset == "mingw":
            environment.update(wine_environment(self.directory / "wine"))
        return environment


def wine_environment(prefix):
    def folder(library):
        found = subprocess.run([MINGW, f"-print-file-name={library}"], capture_output=True, text=True, check=False)
        return str(Path(found.stdout.strip()).resolve().parent)

    return {"WINE": WINE, "WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=",
            # The test programs are linked with the compiler's DLLs; the library is not.
            "WINEPATH": ";".join(map(folder, ("libstdc++-6.dll", "libwinpthread-1.dll")))}


def scripts(pattern):
    """Executable scripts with an interpreter line; what others source has none."""
    here = Path(__file__).resolve()
    return [path for path in sorted(ROOT.glob(pattern))
            if path.is_file() and os.access(path, os.X_OK) and path != here
            and (path.suffix == ".sh" or "checks" in path.parts) and path.read_bytes().startswith(b"#!")]


@dataclass
class Suite:
    kind: str
    name: str
    build: Build
    script: Path = None
    program: str = ""

    def run(self):
        environment = self.build.environment()
        if self.script:
            seconds = HARDWARE_SECONDS if self.kind == "hardware" else SCRIPT_SECONDS
            code, output = run([str(self.script)], seconds, environment)
            return settle(count_lines(output), code, seconds, output, self.name), output
        path = self.build.find(self.program + (".exe" if self.kind == "wine" else ""))
        if path is None:
            count = Count()
            count.fail(f"not ok {self.name}: it was not built")
            return count, ""
        return run_program(path, self.name, environment)


def release_suites(build):
    suites = [Suite(name.split("_")[0], name, build, program=name) for name in build.programs()]
    suites.sort(key=lambda suite: KINDS.index(suite.kind))
    for path in scripts("tests/checks/*"):
        suites.append(Suite("checks", f"checks/{path.stem}", build, script=path))
    for path in scripts("tests/interop/*"):
        suites.append(Suite("interop", f"interop/{path.stem}", build, script=path))
    for path in scripts("tests/packages/*"):
        suites.append(Suite("packages", f"packages/{path.stem}", build, script=path))
    for path in scripts("bindings/*/test.sh"):
        suites.append(Suite("bindings", f"bindings/{path.parent.name}", build, script=path))
    for path in scripts("tests/hardware/*.sh"):
        if path.stem != "run":
            suites.append(Suite("hardware", f"hardware/{path.stem}", build, script=path))
    return suites


def sanitized_suites(kind, build, programs):
    if kind == "tsan":
        programs = [name for name in programs if THREADED.match(name)]
    suites = [Suite(kind, f"{kind}/{name}", build, program=name) for name in programs]
    if kind == "asan":
        suites += [Suite(kind, f"{kind}/{path.stem}", build, script=path)
                   for path in scripts("tests/interop/*") if HOSTILE.match(path.stem)]
    return suites


def wine_suites(programs):
    build = Build("mingw")
    suites = [Suite("wine", f"wine/{name}", build, program=name) for name in programs if ON_WINDOWS.match(name)]
    return suites + [Suite("wine", f"wine/{path.stem}", build, script=path) for path in scripts("tests/wine/*")]


class Session:
    def __init__(self, wanted, quick, only_list):
        self.wanted = wanted
        self.quick = quick
        self.only_list = only_list
        self.total = Count()
        self.failures = []

    def chosen(self, suite):
        if self.wanted:
            return suite.kind in self.wanted or suite.name in self.wanted
        return not self.quick or suite.kind in QUICK

    def tell(self, name, count, seconds):
        self.total.add(count)
        print(f"{name}: {count} ({seconds:.0f} s)", flush=True)
        for note in count.notes:
            print(f"  {note}", flush=True)
        self.failures += [f"{name}: {note.splitlines()[0]}" for note in count.notes if note.startswith("not ok")]

    def step(self, name, action):
        """A step of building counts as a test of its own."""
        began = time.monotonic()
        code, output = action()
        count = Count()
        if code == 0:
            count.passed = 1
        else:
            errors = [line for line in output.splitlines() if re.search(r"\berror\b|FAILED", line)]
            count.fail(f"not ok {name}: {ending(code, 3600)}\n{tail(chr(10).join(errors[:30]) or output)}")
        self.tell(name, count, time.monotonic() - began)
        return code == 0

    def run(self, suites):
        def timed(suite):
            began = time.monotonic()
            try:
                count, _ = suite.run()
            except OSError as error:
                count = Count()
                count.fail(f"not ok {suite.name}: {error}")
            return suite.name, count, time.monotonic() - began

        # Scripts share names of the host and installations with each other; programs share nothing.
        programs = [suite for suite in suites if suite.program and suite.kind != "wine"]
        with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            try:
                for result in pool.map(timed, programs):
                    self.tell(*result)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                for process in list(running):
                    end(process)
                raise
        for suite in suites:
            if suite not in programs:
                self.tell(*timed(suite))


def test_windows(session, suites):
    if not suites:
        return
    if not WINE or not MINGW:
        skipped = Count(skipped=len(suites), notes=["skip wine # mingw-w64 (posix) or wine64 is not installed here"])
        session.tell("wine", skipped, 0)
        return
    build = suites[0].build
    if not session.step("configure mingw", build.configure):
        return
    session.step("build mingw", lambda: build.make([*(s.program for s in suites if s.program), *FOR_WINE]))
    server = [str(Path(WINE).with_name("wineserver")), "-k"]
    run(server, 60, build.environment())
    shutil.rmtree(build.directory / "wine", ignore_errors=True)
    if session.step("wine prefix", lambda: run([WINE, "wineboot", "-i"], 300, build.environment())):
        session.run(suites)
        # What Wine keeps running for this prefix, and for no other.
        run(server, 60, build.environment())


def main():
    arguments = sys.argv[1:]
    quick, only_list = "--quick" in arguments, "--list" in arguments
    wanted = {a for a in arguments if not a.startswith("--")}
    session = Session(wanted, quick, only_list)
    # Lets a compiler cache recognise the same source in another clone.
    os.environ.setdefault("CCACHE_BASEDIR", str(ROOT))
    os.environ.setdefault("CCACHE_NOHASHDIR", "1")
    print(f"Wirestamp's tests on {os.uname().sysname} {os.uname().release}, {os.cpu_count()} processors", flush=True)

    release = Build("release")
    if not session.step("configure", release.configure):
        return finish(session)
    programs = release.programs()
    sanitized = {kind: sanitized_suites(kind, Build(kind), programs) for kind in ("asan", "tsan")}
    windows = wine_suites(programs)
    everything = release_suites(release) + windows + sanitized["asan"] + sanitized["tsan"]
    unknown = sorted(w for w in wanted if not any(w in (s.kind, s.name) for s in everything))
    if unknown:
        print(f"run.sh: there is no suite {', '.join(unknown)}; there are: "
              f"{', '.join(dict.fromkeys(s.kind for s in everything))}, {', '.join(s.name for s in everything)}")
        session.total.failed += len(unknown)
        return finish(session)
    if only_list:
        for suite in everything:
            print(suite.name)
        return 0

    first = [suite for suite in everything if suite.build is release and session.chosen(suite)]
    if first:
        session.step("build", release.make)
        if any(suite.script for suite in first):
            shutil.rmtree(PREFIX, ignore_errors=True)
            session.step("install",
                         lambda: run(["cmake", "--install", str(release.directory), "--prefix", str(PREFIX)], 120))
        session.run(first)
    test_windows(session, [suite for suite in windows if session.chosen(suite)])
    for kind, suites in sanitized.items():
        suites = [suite for suite in suites if session.chosen(suite)]
        if not suites:
            continue
        build = suites[0].build
        targets = [suite.program for suite in suites if suite.program]
        if any(suite.script for suite in suites):
            targets.append("wirestamp_command")
        if session.step(f"configure {kind}", build.configure):
            session.step(f"build {kind}", lambda b=build, t=targets: b.make(t))
            session.run(suites)
    return finish(session)


def finish(session):
    if session.failures:
        print("\nWhat failed:")
        for failure in session.failures:
            print(f"  {failure}")
    print(session.total, flush=True)
    return 1 if session.total.failed or not session.total.passed else 0


if __name__ == "__main__":
    # Whoever ends this ends what it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
