#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The driver's own arithmetic: a suite that crashed, ran nothing or left half a report must never look good."""
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import driver  # noqa: E402  (only found by the line above)

GOOD = """<?xml version="1.0"?><testsuite tests="3"><testcase classname="a" name="x"/>
<testcase classname="a" name="y"><failure message="no"/></testcase>
<testcase classname="a" name="z"><skipped/></testcase>
<testcase classname="a" name="w"><error/></testcase></testsuite>"""


def verdict(name, good, why=""):
    print(f"ok {name}" if good else f"not ok {name}: {why}")


def counted(output, code):
    count = driver.settle(driver.count_lines(output), code, 1, output, "suite")
    return count.passed, count.failed, count.skipped


LINES = [
    ("good", "ok a\nok b\n", 0, (2, 0, 0)),
    ("a_named_failure_counts_once", "ok a\nnot ok b: why\n", 1, (1, 1, 0)),
    ("a_named_failure_counts_with_exit_code_0", "ok a\nnot ok b: why\n", 0, (1, 1, 0)),
    ("skipped", "skip a # no such device\n", 0, (0, 0, 1)),
    ("a_crash_without_a_name_counts", "ok a\n", -11, (1, 1, 0)),
    ("a_bad_exit_code_counts", "ok a\n", 3, (1, 1, 0)),
    ("out_of_time_counts", "ok a\n", None, (1, 1, 0)),
    ("out_of_time_counts_beside_a_failure", "not ok a\n", None, (0, 2, 0)),
    ("nothing_run_counts", "hello\n", 0, (0, 1, 0)),
    ("words_in_a_sentence_do_not_count", "all is ok now\n it is not ok here\n", 0, (0, 1, 0)),
]


def main():
    for name, output, code, expected in LINES:
        got = counted(output, code)
        verdict(name, got == expected, f"{got} instead of {expected}")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        verdict("no_report_is_no_count", driver.count_junit(report) is None)
        report.write_text(GOOD[: len(GOOD) // 2], encoding="utf-8")
        verdict("half_a_report_is_no_count", driver.count_junit(report) is None)
        report.write_text(GOOD, encoding="utf-8")
        count = driver.count_junit(report)
        verdict("junit", (count.passed, count.failed, count.skipped) == (1, 2, 1), str(count))
    code, output = driver.run(["sh", "-c", "echo said; kill -SEGV $$"], 20)
    verdict("signals_are_seen", code == -11 and output == "said\n", f"{code} {output!r}")
    code, _ = driver.run(["cat"], 20)
    verdict("there_is_no_input_to_wait_for", code == 0, str(code))
    code, _ = driver.run(["sh", "-c", "sleep 60 & sleep 60"], 0.2)
    verdict("what_hangs_is_ended", code is None, str(code))
    verdict("the_last_line_is_plain", str(driver.Count(3, 0, 0)) == "3 passed, 0 failed"
            and str(driver.Count(3, 1, 2)) == "3 passed, 1 failed, 2 skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
