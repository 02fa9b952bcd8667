#!/usr/bin/env python3
"""prompt.py LINE...: types the lines at the prompt of varve sql, each when the prompt is there, and prints what came."""
import os
import pty
import re
import sys
import termios
import time

child, terminal = pty.fork()
if child == 0:
    os.execvp("varve", ["varve", "sql"])
came, seen = b"", 0
for line in sys.argv[1:]:
    while not (prompt := re.compile(rb"(^|\n)(varve|   [.]{3})> ").search(came, seen)):
        came += os.read(terminal, 4096)
    seen = prompt.end()
    # The prompt is written before the terminal is asked for single keys; until then the kernel would edit the line.
    while termios.tcgetattr(terminal)[3] & termios.ICANON:
        time.sleep(0.001)
    os.write(terminal, line.encode() + b"\n")
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:  # the other end is closed
        break
    if not more:
        break
    came += more
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(came)
sys.exit(os.waitstatus_to_exitcode(status))
