"""The most memory of its own that one process among this one's descendants had: pages that are
nobody's file. The peak that the kernel gives also counts mapped files, and a process that maps packs
has these pages only because memory was free. Looked at every few milliseconds, later more
seldom; a command that is over sooner is not seen."""

import os
import threading
import time
from pathlib import Path

FIRST = 0.01   # seconds between two looks at the beginning
PART = 50      # later: so much of the time that has passed, so that looking costs little


def children(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    except OSError:
        pass   # it has ended
    return found


def own(pid):
    """Bytes, 0 when it has ended."""
    kib = 0
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(("RssAnon:", "RssShmem:")):
                kib += int(line.split()[1])
    except OSError:
        pass
    return kib * 1024


class Watch:
    """Used with 'with'; then .most has the bytes."""

    def __enter__(self):
        self.most = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def _look(self):
        began = time.monotonic()
        while not self.over.wait(max(FIRST, (time.monotonic() - began) / PART)):
            # The first generation is the launcher: what it started is looked at.
            pids = [p for launcher in children(os.getpid()) for p in children(launcher)]
            while pids:
                pid = pids.pop()
                self.most = max(self.most, own(pid))
                pids += children(pid)
