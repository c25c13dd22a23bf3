# SPDX-License-Identifier: Apache-2.0
"""Plays a terminal of 100 by 30 (pyte) to a command, waits for what a person would see, and ends it with Ctrl-C."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

import pyte

COLUMNS, ROWS = 100, 30


def verdict(name, good, screen):
    print(f"ok {name}" if good else f"not ok {name}: {' | '.join(line.rstrip() for line in screen.display if line.strip())!r}",
          flush=True)


class Terminal:
    def __init__(self, words):
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.colours = False
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "COLUMNS": "", "LINES": ""})
            # The size is there before the command asks.
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.execvp(words[0], words)

    def resize(self, columns, rows):
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, seconds):
        """False when the command has ended."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            block = os.read(self.master, 65536)
        except OSError:
            return False
        self.colours = self.colours or b"\033[32m" in block
        self.stream.feed(block)
        return bool(block)

    def wait_for(self, pattern, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if re.search(pattern, self.text()):
                return True
            if not self.read(1):
                return re.search(pattern, self.text()) is not None
        return False


def main():
    where, words = sys.argv[1], sys.argv[2:]
    terminal = Terminal(words)
    screen = terminal.screen
    verdict("view_shows_its_title_and_time", terminal.wait_for(r"wirestamp ptp +wst-a +0:00:\d\d"), screen)
    verdict("view_shows_the_port", terminal.wait_for(r"port 1 +wst-a +SLAVE +software stamps +sent \d+ +received \d+"), screen)
    verdict("view_shows_lock_and_bound", terminal.wait_for(r"clock +LOCKED +true time is within \u00b1[\d.]+ (ns|\u00b5s|ms)"), screen)
    verdict("view_shows_the_grandmaster",
            terminal.wait_for(r"grandmaster +[0-9a-f]{6}\.[0-9a-f]{4}\.[0-9a-f]{6} +1 step away, class 248, priority1 100"), screen)
    verdict("view_shows_offset_and_delay", terminal.wait_for(r"offset +-?[\d.]+ .*rms [\d.]+ .*\n(.*\n)?.*path delay +[\d.]+ "), screen)
    verdict("view_has_a_sparkline", terminal.wait_for("[\u2581-\u2588]{20,}"), screen)
    verdict("view_tells_events", terminal.wait_for(r"\[ *[\d.]+\] port 1 \(wst-a\): .* to SLAVE"), screen)
    verdict("view_is_drawn_once", terminal.text().count("grandmaster  ") == 1 and "Ctrl-C" in terminal.text(), screen)
    verdict("view_has_colours", terminal.colours, screen)
    verdict("view_hides_the_cursor", screen.cursor.hidden, screen)
    with open(where, "w", encoding="utf-8") as file:
        file.write(terminal.text())
    save_picture(screen)
    terminal.resize(60, 14)
    shown = terminal.wait_for(r"(?m)^ clock +LOCKED") and terminal.wait_for("0:00")
    end = time.monotonic() + 3
    while time.monotonic() < end and terminal.read(0.5):  # at least one drawing after the change
        pass
    verdict("view_fits_a_small_terminal", shown and terminal.text().count("wirestamp ptp") == 1, screen)
    os.kill(terminal.pid, signal.SIGINT)
    while terminal.read(20):
        pass
    code = os.waitstatus_to_exitcode(os.waitpid(terminal.pid, 0)[1])
    verdict("view_ends_with_a_summary", "summary: locked after" in terminal.text() and code == 0, screen)
    verdict("view_gives_the_cursor_back", not screen.cursor.hidden, screen)


def save_picture(screen):
    """For a person who wants to see it: WIRESTAMP_SCREENSHOT names an SVG file."""
    path = os.environ.get("WIRESTAMP_SCREENSHOT")
    if not path:
        return
    colours = {"default": "#d8dce2", "green": "#6fcf8e", "red": "#f28b82", "brown": "#e8c15a", "cyan": "#6fd3e0"}
    rows = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{COLUMNS * 9}" height="{ROWS * 18 + 10}">'
            '<rect width="100%" height="100%" fill="#15181c"/>']
    for y in range(ROWS):
        for x in range(COLUMNS):
            cell = screen.buffer[y][x]
            if cell.data.strip():
                data = cell.data.replace("&", "&amp;").replace("<", "&lt;")
                rows.append(f'<text x="{x * 9}" y="{y * 18 + 16}" font-family="DejaVu Sans Mono" font-size="14" '
                            f'fill="{colours.get(cell.fg, "#d8dce2")}"{" font-weight=" + chr(34) + "bold" + chr(34) if cell.bold else ""}>'
                            f"{data}</text>")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([*rows, "</svg>"]))


main()
