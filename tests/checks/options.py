#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An option that is accepted must do something, or its row must say that it does nothing. Each option is one test.

Rows of impl/ptp/config_table.cpp that are neither `.ignored` nor `.fixed` must be asked for by name somewhere in impl/ or in
the wirestamp command.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "impl/ptp/config_table.cpp"
# A clock's type follows from its ports; of power profiles only "none" is offered.
FOLLOW_FROM_OTHERS = {"clock_type", "power_profile.version"}
NOT_USERS = {"config_table.cpp", "profiles.cpp"}
ROW = re.compile(r'^    (?:flag|integer|log_seconds|nanoseconds|real|word|text)\((?:clock|port),\s*"([^"]+)"', re.MULTILINE)


def main():
    table = TABLE.read_text(encoding="utf-8")
    table = table[table.index("constexpr std::array table{"):table.index("constexpr std::array aliases{")]
    starts = list(ROW.finditer(table))
    users = "\n".join(path.read_text(encoding="utf-8") for top in ("impl", "samples/command")
                      for path in sorted((ROOT / top).rglob("*.[ch]pp")) if path.name not in NOT_USERS)
    for row, following in zip(starts, [*starts[1:], None]):
        body = table[row.start():following.start() if following else len(table)]
        name = row.group(1)
        if name in FOLLOW_FROM_OTHERS or ".fixed(" in body:
            continue
        used = f'"{name}"' in users
        if ".ignored(" in body:
            print(f"not ok {name}: its row says ignored, but something asks for it" if used else f"ok {name}_is_ignored")
        else:
            print(f"ok {name}" if used
                  else f"not ok {name}: accepted, but nothing asks for it; use it or mark its row ignored")
    if len(starts) < 100:
        print(f"not ok rows_found: only {len(starts)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
