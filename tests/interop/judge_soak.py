# SPDX-License-Identifier: Apache-2.0
"""What soak.sh watches: memory and descriptors of two processes as long as both live, and then what the client said."""
import json
import os
import statistics
import sys
import time


def verdict(name, good, why):
    print(f"ok {name}" if good else f"not ok {name}: {why}", flush=True)


def usage(pid):
    """KiB of memory that only this process has, and its descriptors; None when it has gone."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            private = sum(int(line.split()[1]) for line in file if line.startswith(("Private_Dirty", "Private_Clean")))
        return private, len(os.listdir(f"/proc/{pid}/fd"))
    except (OSError, ValueError):
        return None


def watch(pids, path):
    rows = []
    while True:
        row = [usage(pid) for pid in pids]
        if any(one is None or one[1] == 0 for one in row):
            break
        rows.append(row)
        time.sleep(0.5)  # the pace of looking; nothing is awaited
    with open(path, "w", encoding="ascii") as file:
        json.dump(rows, file)


def events(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.startswith("{")]


def judge(path, client):
    with open(path, encoding="ascii") as file:
        rows = json.load(file)
    rows = rows[len(rows) // 3:]  # by then everything that is ever allocated is
    verdict("looked_often_enough", len(rows) >= 10, f"{len(rows)} times")
    for number, name in enumerate(("master", "client")):
        memory = [row[number][0] for row in rows]
        files = [row[number][1] for row in rows]
        half = len(memory) // 2
        grown = statistics.median(memory[half:]) - statistics.median(memory[:half])
        verdict(f"{name}_keeps_its_memory", grown <= 128, f"{grown} KiB more in the second half: {memory[::10]}")
        verdict(f"{name}_keeps_its_descriptors", max(files) - min(files) <= 1 and files[-1] <= files[0], f"{min(files)} to {max(files)}")
        print(f"# {name}: {memory[-1]} KiB of its own, {files[-1]} descriptors", file=sys.stderr)
    said = events(client)
    offsets = [abs(event["offset_ns"]) for event in said if event["event"] == "offset"]
    lost = [event for event in said if event["event"] == "clock_state" and event["from"] == "LOCKED"]
    odd = [event for event in said if event["event"] in ("overflow", "clock_step") and event["t"] > 10]
    verdict("client_stays_locked", len(lost) <= 1, lost)  # it is stopped in the end
    verdict("nothing_odd_is_said", not odd, odd)
    offsets = sorted(offsets[len(offsets) // 3:])
    print(f"# {len(offsets)} offsets: median {offsets[len(offsets) // 2]} ns, 95 % below {offsets[len(offsets) * 95 // 100]} ns, "
          f"at most {offsets[-1]} ns", file=sys.stderr)


def told(path):
    """All but when it was told, which is the other program's time."""
    kept = [event for event in events(path) if event["event"] not in ("summary", "overflow")]
    return [{name: value for name, value in event.items() if name != "t"} for event in kept]


def replay(recorded, replayed):
    first, second = told(recorded), told(replayed)
    same = 0
    while same < min(len(first), len(second)) and first[same] == second[same]:
        same += 1
    # The program ends while events of the last moment are still on their way to it, and stops the clock besides.
    verdict("replay_is_the_same_run", len(first) > 50 and same >= len(first) - 3,
            f"{same} of {len(first)} events, then {first[same:same + 1]} and {second[same:same + 1]}")


def differs(ours, theirs):
    def samples(path):
        return [event for event in events(path) if event["event"] == "offset"]
    first, second = samples(ours), samples(theirs)
    frequencies = {event["frequency_ppb"] for event in first} & {event["frequency_ppb"] for event in second}
    verdict("another_servo_is_another_run", len(second) > len(first) * 0.8 and len(frequencies) < len(first) / 10,
            f"{len(second)} samples beside {len(first)}, {len(frequencies)} frequencies in common")


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    if what == "watch":
        watch(arguments[:-1], arguments[-1])
    else:
        {"judge": judge, "replay": replay, "differs": differs}[what](*arguments)
