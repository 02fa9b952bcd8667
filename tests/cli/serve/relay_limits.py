#!/usr/bin/env python3
"""relay_limits.py CASE: hostile and eager clients of a relay, each against `varve serve --relay` with small limits. An
independent reading of docs/operate/relay.md."""
import os
import socket
import sys
import time

from relay_client import Key, Relay, answer, is_closed, name_of, pair, read, read_rest, request, visit, wait


def proofs(relay):
    one, other = Key(), Key()
    assert wait(relay, one)[1] == b"+"
    assert wait(relay, one, claimed=other)[1] == b"-"             # claims another key
    assert wait(relay, one, signed="evil.example")[1] == b"-"     # signed for another relay
    assert wait(relay, one, host="relay.example:8090")[1] == b"+"  # the port does not count
    s = relay.connect()
    assert request(s, "/relay/wait", "other.example")[0] == 403
    assert request(relay.connect(), "/relay/to/" + name_of(other))[0] == 404
    assert request(relay.connect(), "/relay/to/abc")[0] == 400
    assert request(relay.connect(), "/")[0] == 404


def streams(relay):
    machine, visitor = pair(relay, Key())
    data = os.urandom(300000)
    visitor.sendall(data)
    assert read(machine, len(data)) == data
    machine.sendall(data[::-1])
    visitor.shutdown(socket.SHUT_WR)                # a half that has ended: the other one goes on
    assert is_closed(machine)
    assert read(visitor, len(data)) == data[::-1]
    machine.sendall(b"last")
    machine.close()
    assert read_rest(visitor) == b"last"
    # one side goes away: so does the other
    machine, visitor = pair(relay, Key())
    machine.close()
    assert is_closed(visitor)


def gone(relay):
    """A machine that does not answer its call is left for the one before it."""
    key = Key()
    old, word = wait(relay, key)
    dead, word = wait(relay, key)
    visitor = visit(relay, key)
    assert read(dead, 1) == b"!"
    assert read(old, 1) == b"!"
    old.sendall(b"!")
    assert answer(visitor)[0] == 101
    assert is_closed(dead)


def absent(relay):
    """Of a machine that was not there a moment ago the visitor hears at once; for another it waits."""
    key = Key()
    first = time.monotonic()
    took = 3
    while took > 1:                                 # a relay that just began waits for machines that come again
        assert time.monotonic() - first < 30
        begun = time.monotonic()
        assert answer(visit(relay, Key()))[0] == 404
        took = time.monotonic() - begun
    for _ in range(2):                              # the second one comes while the machine streams
        machine, visitor = pair(relay, key)
        other = visit(relay, key)
        time.sleep(1)
        again, word = wait(relay, key)
        assert read(again, 1) == b"!"
        again.sendall(b"!")
        assert answer(other)[0] == 101
        for s in machine, again, other:
            s.close()
        other = visit(relay, key)                   # and it left a moment ago
        time.sleep(1)
        again, word = wait(relay, key)
        assert read(again, 1) == b"!"
        other.close()
        again.close()


def noise(relay):
    assert request(relay.connect(), "/relay/wait", more="X: " + "y" * 5000 + "\r\n")[0] == 400
    s = relay.connect()
    s.sendall(b"\0" * 5000)
    assert answer(s)[0] == 400
    s = relay.connect()
    s.sendall(b"GET /relay/wait HTTP/1.1\r\nHost: h\r\nUpgrade: varve-relay-1\r\n\r\nearly")
    assert answer(s)[0] == 400
    # signs of life whose answers are not read
    s, word = wait(relay, Key())
    s.sendall(b"." * 50)
    assert read(s, 50) == b"." * 50
    s.sendall(b"x")
    assert is_closed(s)
    # a visitor that sends before it may
    s = visit(relay, Key())
    time.sleep(0.2)
    s.sendall(b"x")
    assert is_closed(s)
    rng = int(os.environ.get("VARVE_TEST_SAMPLE", "0"))
    for i in range(40):
        s = relay.connect()
        s.sendall(bytes((rng * 31 + i * 7 + k * k) % 256 for k in range(i * 10)))
        s.close()
    streams(relay)


def connections(relay):
    taken = [relay.connect() for _ in range(4)]
    time.sleep(0.3)
    assert answer(relay.connect())[0] == 429
    taken[0].close()
    tries = 0
    while request(relay.connect(), "/relay/wait")[0] == 429:  # until the relay has seen its end
        tries += 1
        assert tries < 100
        time.sleep(0.1)


def keys(relay):
    key = Key()
    mine = [wait(relay, key)[0] for _ in range(5)]
    assert is_closed(mine[0])                      # the oldest of five
    other, word = wait(relay, Key())
    assert word == b"+"
    s, word = wait(relay, Key())
    assert word == b"-" and b"no more keys" in read_rest(s)
    assert wait(relay, key)[1] == b"+"


def volume(relay):
    machine, visitor = pair(relay, Key())
    try:
        for _ in range(100):
            visitor.sendall(b"x" * 100000)
            read(machine, 100000)
        raise AssertionError("the relay forwards without end")
    except (EOFError, OSError):
        pass
    assert request(relay.connect(), "/relay/to/" + name_of(Key()))[0] == 429


def duration(relay):
    machine, visitor = pair(relay, Key())
    start = time.time()
    assert is_closed(visitor) and is_closed(machine)
    assert time.time() - start < 10


CASES = {
    proofs: ["--host", "relay.example"], streams: [], gone: [], absent: [], noise: [], connections: ["--per-address", "4"],
    keys: ["--relay-keys", "2"], volume: ["--relay-bytes", "1m"], duration: ["--relay-time", "1"],
}
for case, options in CASES.items():
    if case.__name__ == sys.argv[1]:
        tested = Relay(*options)
        try:
            case(tested)
        finally:
            tested.end()
        print("done")
