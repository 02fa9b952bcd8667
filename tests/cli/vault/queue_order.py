"""queue_order.py URL PID LOCK VAULT: while somebody has the server's lock file, strangers ask the server something, and
after them those who write in VAULT; prints who was answered in which order, a letter for each: s or v."""
import fcntl
import os
import sys
import threading
import time

from hold_line import ask, cid_of

url, pid, lock, vault = sys.argv[1:]
nobodys = "bafyreifsxfndlvhe3pisqju2qsigazdu5flamafhlfduta4vxz7mvu4lfi"
order = []


FUTEX = {"x86_64": "202", "aarch64": "98"}.get(os.uname().machine)


def waiting():
    """The server's threads that wait for another one."""
    count = 0
    for task in os.listdir("/proc/%s/task" % pid):
        try:
            with open("/proc/%s/task/%s/syscall" % (pid, task)) as f:
                count += f.read().split()[0] == FUTEX
        except OSError:
            pass
    return count


def client(letter, name):
    answer = ask(url, {"op": "hold-receipt", "vault": cid_of(name), "place": cid_of(nobodys)})
    assert answer["code"] in ("refused", "not-found"), answer
    order.append(letter)


def come(letter, name, count):
    """So many more; returns when the server has come to rest: each has a thread, and they wait."""
    before = waiting()
    for _ in range(count):
        t = threading.Thread(target=client, args=(letter, name))
        t.start()
        started.append(t)
    end, still, last = time.monotonic() + 40, 0, before
    while still < 20 and time.monotonic() < end:
        now = waiting()
        still = still + 1 if now == last and now >= before + count else 0
        last = now
        time.sleep(0.05)
    assert still == 20, "%d of the server's threads wait, %d before" % (last, before)


# So that it knows who has room: the first request of a server finds that out.
assert ask(url, {"op": "hold", "version": 1})["size"] > 0
started = []
with open(lock, "r+b") as f:
    fcntl.flock(f, fcntl.LOCK_EX)
    come("s", nobodys, 10)
    come("v", vault, 3)
    assert not order
for t in started:
    t.join()
print("".join(order))
