#!/usr/bin/env python3
"""asleep.py COUNT: so many machines that sleep: ports of 127.0.0.1, printed one a line, whose connections the
kernel accepts and to which no program says a word."""
import socket
import sys
import time

sockets = []
for _ in range(int(sys.argv[1])):
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(64)
    sockets.append(s)
print("\n".join(str(s.getsockname()[1]) for s in sockets), flush=True)
time.sleep(600)
