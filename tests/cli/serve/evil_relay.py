#!/usr/bin/env python3
"""evil_relay.py ACT: a relay after docs/operate/relay.md, which joins any visitor with any machine that waits, whatever
their keys, and does ACT to the bytes of each stream. Prints its URL, whose port is $EVIL_PORT if that is set.

honest; record FILE (appends all bytes it forwards); flip WAY AT; cut WAY AT; hang WAY AT (forwards no more);
drop WAY AT N; repeat WAY AT N (the N bytes before AT again); flood WAY AT; delay MS; cross (each second visitor gets the
stream of the one before, and the other way round); replay (answers the second call of a machine with what the first
visitor sent); gone (says of each machine that it is not there). WAY: up, from the visitor, or down, to it."""
import os
import queue
import socket
import sys
import threading
import time

ACT, ARGS = sys.argv[1], sys.argv[2:]
UPGRADED = (b"HTTP/1.1 101 Switching Protocols\r\nServer: varve-relay-1\r\nConnection: Upgrade\r\n"
            b"Upgrade: varve-relay-1\r\n\r\n")
waiting = queue.Queue()
crossed = queue.Queue()
recorded = bytearray()
calls = 0
lock = threading.Lock()


def read_exactly(s, count):
    got = b""
    while len(got) < count:
        piece = s.recv(count - len(got))
        if not piece:
            raise EOFError
        got += piece
    return got


def read_head(s):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += read_exactly(s, 1)
    return head.split(b" ")[1].decode()


def close(*sockets):
    for s in sockets:
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def change(way, at, piece, to):
    """What is forwarded in place of `piece`, which begins at byte `at`; None ends the stream."""
    if ACT not in ("flip", "cut", "hang", "drop", "repeat", "flood") or ARGS[0] != way:
        return piece
    place = int(ARGS[1]) - at
    if ACT == "hang" and place <= 0:
        time.sleep(3600)
    if not 0 <= place < len(piece):
        return piece
    before, after = piece[:place], piece[place:]
    if ACT == "flip":
        return before + bytes([after[0] ^ 1]) + after[1:]
    if ACT == "drop":
        return before + after[int(ARGS[2]):]
    if ACT == "repeat":
        return before + (recorded_way[way] + before)[-int(ARGS[2]):] + after
    to.sendall(before)
    if ACT == "flood":
        noise = os.urandom(1 << 16)
        for _ in range(1000):
            to.sendall(noise)
    if ACT == "hang":
        time.sleep(3600)
    return None


recorded_way = {"up": b"", "down": b""}


def forward(way, a, b):
    at = 0
    try:
        while piece := a.recv(1 << 16):
            if ACT == "delay":
                time.sleep(int(ARGS[0]) / 1000)
            sent = change(way, at, piece, b)
            if sent is None:
                break
            at += len(piece)
            recorded_way[way] = (recorded_way[way] + piece)[-70000:]
            if ACT == "replay" and way == "up" and calls == 1:
                recorded.extend(piece)
            if ACT == "record":
                with lock, open(ARGS[0], "ab") as f:
                    f.write(piece)
            b.sendall(sent)
        else:
            b.shutdown(socket.SHUT_WR)
            return
    except OSError:
        pass
    close(a, b)


def join(visitor, machine):
    global calls
    with lock:
        calls += 1
        number = calls
    machine.sendall(b"!")
    while read_exactly(machine, 1) != b"!":
        pass
    visitor.sendall(UPGRADED)
    if ACT == "replay" and number > 1:
        machine.sendall(recorded)
        while machine.recv(1 << 16):
            pass
        close(visitor, machine)
        return
    if ACT == "cross":
        crossed.put((visitor, machine))
        if number % 2:
            return
        (v1, m1), (v2, m2) = crossed.get(), crossed.get()
        pairs = [(v1, m2), (v2, m1)]
    else:
        pairs = [(visitor, machine)]
    for v, m in pairs:
        threading.Thread(target=forward, args=("up", v, m), daemon=True).start()
        threading.Thread(target=forward, args=("down", m, v), daemon=True).start()


def serve(s):
    try:
        path = read_head(s)
        if path == "/relay/wait":
            s.sendall(UPGRADED + os.urandom(32))
            read_exactly(s, 96)
            s.sendall(b"+")
            waiting.put(s)
        elif ACT == "gone":
            s.sendall(b"HTTP/1.1 404 Not Found\r\nServer: varve-relay-1\r\nContent-Type: text/plain\r\n\r\n"
                      b"no machine with this key is connected to this relay now\n")
            close(s)
        else:
            join(s, waiting.get(timeout=10))
    except (OSError, EOFError, queue.Empty):
        close(s)


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(os.environ.get("EVIL_PORT", "0"))))
listener.listen(64)
print(f"relaying at http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
while True:
    connection = listener.accept()[0]
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
