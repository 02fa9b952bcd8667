"""On a terminal: progress while a table is compared, gone before the first row is shown, and
the rows as soon as there are as many as --limit lets through, not behind the last one."""
import os
import pty
import sys


def on_terminal(*words):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(PAGER="cat", COLUMNS="80", TERM="xterm", NO_COLOR="1")
        os.execvp(words[0], words)
    pieces = []
    while True:
        try:
            piece = os.read(fd, 1 << 16)
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece.decode())
    os.waitpid(pid, 0)
    return "".join(pieces)


shown = on_terminal("varve", "diff", *sys.argv[1:])
rows = shown.index("  ~")
last = shown.rindex("comparing: ") if "comparing: " in shown else -1
assert last < rows, "progress among the rows"
assert "\r\033[K" in shown[:rows][last:] or last < 0, "progress is left beside the rows"
assert "more rows are not shown" in shown[rows:]
print("ok")
