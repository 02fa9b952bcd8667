#!/usr/bin/env python3
"""relay_sleepers.py CASE: a relay with many machines that wait, most of them without a process behind them. relay_sleepers.bats
runs it, where it may, in a network of its own.

dead MACHINES: 200 of them are gone; the folder MACHINES has keys of ada, who serves src, and of bob, who reads. The clock of the
relay stands still ($CLOCK, a file of libfaketime at $CLOCK_LIBRARY), so that nothing that ends by time ends before the test says so.
thousand: memory and processor of a relay with 1,000. signs MACHINES: what one of them sends."""
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time

from relay_client import Key, Relay, answer, is_closed, name_of, read, request, visit, wait

DEAD = 200
MANUAL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../docs/operate/relay.md")
UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: varve-relay-1\r\n\r\n"


def memory(relay):
    """KiB in use, and their peak."""
    with open(f"/proc/{relay.process.pid}/status") as f:
        fields = dict(line.split(":", 1) for line in f)
    return int(fields["VmRSS"].split()[0]), int(fields["VmHWM"].split()[0])


def open_files(relay):
    return len(os.listdir(f"/proc/{relay.process.pid}/fd"))


def has_sanitizer():
    return "asan" in os.environ["VARVE_BIN"]


def until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def source(n):
    """An address of its own for the n-th client of a relay."""
    return f"127.0.{1 + n // 250}.{1 + n % 250}"


def sleep_at(relay, key, n):
    s, word = wait(relay, key, source=source(n))
    assert word == b"+", word
    return s


def cut_off(first, last):
    """Of the addresses of the clients from `first` to `last` no packet comes any more. False: not permitted here."""
    rules = "".join(f"ip {way} {source(first)}-{source(last)} drop; " for way in ("saddr", "daddr"))
    try:
        done = subprocess.run(["nft", "-f", "-"], input="table ip t { chain out { type filter hook output priority 0; " + rules
                              + "} }", text=True, capture_output=True, env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
        return done.returncode == 0
    except FileNotFoundError:
        return False


def as_machine(machines, name):
    return {**os.environ, "XDG_CONFIG_HOME": os.path.join(machines, name)}


def run(machines, *words):
    done = subprocess.run(words, env=as_machine(machines, "bob"), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout.strip()


def serve_through(machines, relay):
    """A laptop of ada's that waits, and its address."""
    p = subprocess.Popen(["varve", "serve", "-q", "--through", f"http://127.0.0.1:{relay.port}", "--public", "src"],
                         env=as_machine(machines, "ada"), stderr=subprocess.PIPE, text=True)
    address = p.stderr.readline().split(" as ")[1].strip()
    assert "waiting for visitors" in p.stderr.readline()
    return p, address


def set_clock(seconds):
    with open(os.environ["CLOCK"], "w") as f:
        f.write(f"2030-01-01 00:{seconds // 60:02}:{seconds % 60:02}\n")


def commit(machines, text):
    with open("src/prices.csv", "a") as f:
        f.write(text)
    run(machines, "varve", "-C", "src", "commit", "-qam", text)
    return run(machines, "git", "-C", "src", "rev-parse", "main")


def come_back(relay, key, visitor=None):
    machine = sleep_at(relay, key, 3 * DEAD)
    visitor = visitor or visit(relay, key, source(3 * DEAD + 1))
    assert read(machine, 1) == b"!"
    machine.sendall(b"!")
    assert answer(visitor)[0] == 101
    machine.close()
    assert is_closed(visitor)


def dead(machines):
    set_clock(0)
    relay = Relay(LD_PRELOAD=os.environ["CLOCK_LIBRARY"], FAKETIME_NO_CACHE="1", FAKETIME_TIMESTAMP_FILE=os.environ["CLOCK"])
    laptops = []
    try:
        among_the_dead(machines, relay, laptops)
    finally:
        for p in laptops:
            p.kill()
            p.wait()
        relay.end()


def among_the_dead(machines, relay, laptops):
    keys = [Key() for _ in range(DEAD)]
    before, files = memory(relay)[0], open_files(relay)
    waiting = [sleep_at(relay, key, n) for n, key in enumerate(keys)]
    if cut_off(DEAD // 2, DEAD - 1):            # half of them went without a word
        for s in waiting[DEAD // 2:]:
            s.close()
    # a stopped process is behind three connections of the living laptop's key: it moved from network to network
    for _ in range(4):
        laptop, address = serve_through(machines, relay)
        laptops.append(laptop)
    for laptop in laptops[:3]:
        laptop.send_signal(signal.SIGSTOP)
    # half of the dead are called, and the relay waits for their answers; its clock stands still
    visitors = [visit(relay, key, source(DEAD + n)) for n, key in enumerate(keys[::2])]
    assert read(waiting[0], 1) == b"!"
    run(machines, "varve", "clone", "-q", address, "copy")
    for text in ("1000001,one,1,2024-01-01\n", "1000002,two,2,2024-01-01\n"):
        head = commit(machines, text)
        run(machines, "varve", "-C", "copy", "fetch", "-q")
        assert run(machines, "git", "-C", "copy", "rev-parse", "origin/main") == head
    assert not select.select(visitors, [], [], 0)[0]
    assert open_files(relay) >= files + DEAD + len(visitors)
    after, peak = memory(relay)
    print(f"{before} KiB before, {after} with {DEAD} dead machines, {peak} at most")
    assert peak < before + 1000
    # one that comes back is reached at once, by who calls it already and by who comes later
    come_back(relay, keys[0], visitors.pop(0))
    come_back(relay, keys[1])
    # five seconds for the answers of the others
    set_clock(5)
    assert [answer(v)[0] for v in visitors] == [404] * len(visitors)
    # the others are dropped after 15 minutes of silence, and not before
    asleep = waiting[3:DEAD // 2:2]
    set_clock(899)
    time.sleep(2)                               # two rounds of the relay
    assert not select.select(asleep, [], [], 0)[0]
    assert open_files(relay) >= files + DEAD // 2
    set_clock(905)
    assert all(is_closed(s) for s in asleep)
    until(lambda: open_files(relay) <= files + 1)
    # the living one comes back by itself
    head = commit(machines, "1000003,three,3,2024-01-01\n")
    assert "trying again" in laptops[3].stderr.readline()
    assert "waiting for visitors" in laptops[3].stderr.readline()
    run(machines, "varve", "-C", "copy", "fetch", "-q")
    assert run(machines, "git", "-C", "copy", "rev-parse", "origin/main") == head


def thousand():
    """What the manual says of them."""
    with open(MANUAL, encoding="utf-8") as f:
        said = re.search(r"1,000 waiting machines uses (\d+) MB of memory and (\d+) s of CPU an hour; each machine sends (\d+) bytes",
                         f.read())
    megabytes, seconds, signs_an_hour = map(int, said.groups())
    relay = Relay()
    try:
        before = memory(relay)[0]
        machines = [sleep_at(relay, Key(), n) for n in range(1000)]
        files, begun = open_files(relay), processor(relay)
        assert files > 1000
        time.sleep(3)
        an_hour = (processor(relay) - begun) * 1200
        begun = processor(relay)
        for s in machines:                      # an hour has these apart from each other
            s.sendall(b".")
            assert read(s, 1) == b"."
        an_hour += (processor(relay) - begun) * signs_an_hour
        peak = memory(relay)[1]
        print(f"1,000 machines: {before} KiB of memory before, {peak} at most, {an_hour:.1f} s of CPU an hour")
        assert not select.select(machines, [], [], 0)[0] and open_files(relay) == files
        assert has_sanitizer() or peak * 1024 < megabytes * 1500000 and peak < before + 2000
        assert has_sanitizer() or an_hour < seconds * 10  # one that polls without a pause: 3,600
    finally:
        relay.end()


def processor(relay):
    """Seconds that the relay has run."""
    return time.clock_gettime(~relay.process.pid << 3 | 2)


def signs(machines):
    """A machine that waits sends nothing but its signs of life."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(60)
    p = subprocess.Popen(["varve", "serve", "-q", "--alive", "1", "--public", "--through",
                          f"http://127.0.0.1:{listener.getsockname()[1]}", "src"], env=as_machine(machines, "ada"))
    try:
        s = listener.accept()[0]
        s.settimeout(60)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += read(s, 1)
        assert head.startswith(b"GET /relay/wait ")
        s.sendall(UPGRADED + os.urandom(32))
        read(s, 96)
        s.sendall(b"+")
        for _ in range(3):
            assert read(s, 1) == b"."
            assert not select.select([s], [], [], 0)[0]
            s.sendall(b".")
    finally:
        p.kill()
        p.wait()


CASES = {"dead": dead, "thousand": thousand, "signs": signs}
if __name__ == "__main__":
    CASES[sys.argv[1]](*sys.argv[2:])
    print("done")
