#!/usr/bin/env python3
"""work_links.py LIBRARY...: what commands do needs nothing of the program around it. The
libraries vv_lib and vv_report name no symbol that vv_frame alone defines, do not print, and
do not end the process."""
import re
import subprocess
import sys

PRINTS = set("""printf vprintf puts putchar perror stdout stderr exit _exit abort
                __printf_chk __vprintf_chk putc_unlocked putchar_unlocked getopt""".split())


def symbols(library):
    wanted, defined = {}, set()
    member = library
    for line in subprocess.run(["nm", library], check=True, capture_output=True, text=True).stdout.splitlines():
        if line.endswith(":"):
            member = line[:-1]
        m = re.match(r"[0-9a-f]* +([A-Za-z]) (\S+)$", line)
        if m and m[1] == "U":
            wanted.setdefault(m[2].split("@")[0], member)
        elif m and m[1].isupper():
            defined.add(m[2])
    return wanted, defined


frame = symbols(sys.argv[1])[1]
bad = 0
if not frame:
    print(f"{sys.argv[1]} defines nothing")
    bad = 1
for library in sys.argv[2:]:
    wanted, _ = symbols(library)
    if not wanted:
        print(f"{library} has no symbols")
        bad = 1
    for name, member in sorted(wanted.items()):
        if name in frame or name in PRINTS:
            print(f"{library}: {member} uses {name}")
            bad = 1
sys.exit(bad)
