#!/usr/bin/env python3
"""http_proxy.py PORT-FILE LOG [--login USER:PASSWORD] [--refuse STATUS] [--silent] [--drop-after SECONDS] [--tls CERTIFICATE HOST:PORT]

An HTTP proxy that knows only CONNECT. LOG gets a line for each request: the target, and the status of
the answer. --silent: accepts the request and never answers. --drop-after: ends each tunnel then, without
a word. --tls: instead of a proxy, a server with TLS in front of HOST:PORT."""

import argparse
import base64
import socket
import ssl
import sys
import threading
import time


def forward(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
    except OSError:
        pass
    for s in (a, b):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def join(a, b, seconds):
    threads = [threading.Thread(target=forward, args=pair, daemon=True) for pair in ((a, b), (b, a))]
    for t in threads:
        t.start()
    if seconds:
        time.sleep(seconds)
        for s in (a, b):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
    for t in threads:
        t.join()
    a.close()
    b.close()


def read_head(client):
    head = b""
    while b"\r\n\r\n" not in head and len(head) < 8192:
        data = client.recv(1)
        if not data:
            return None
        head += data
    return head.decode("latin-1").split("\r\n")


def note(options, target, status):
    with open(options.log, "a") as f:
        f.write(f"{target} {status}\n")


def answer(options, client):
    head = read_head(client)
    if not head:
        return
    method, target, _ = head[0].split(" ", 2)
    fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
    status = 200
    if method != "CONNECT":
        status = 405
    elif options.login and fields.get("proxy-authorization") != "Basic " + base64.b64encode(options.login.encode()).decode():
        status = 407
    elif options.refuse:
        status = options.refuse
    note(options, target, status)
    if options.silent:
        time.sleep(3600)
    if status != 200:
        more = 'Proxy-Authenticate: Basic realm="test"\r\n' if status == 407 else ""
        client.sendall(f"HTTP/1.1 {status} No\r\n{more}Content-Length: 0\r\n\r\n".encode())
        client.close()
        return
    host, _, port = target.rpartition(":")
    server = socket.create_connection((host.strip("[]"), int(port)))
    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    join(client, server, options.drop_after)


def answer_tls(options, context, client):
    host, _, port = options.tls[1].rpartition(":")
    try:
        client = context.wrap_socket(client, server_side=True)
    except OSError:
        return
    join(client, socket.create_connection((host, int(port))), 0)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("port_file")
    p.add_argument("log")
    p.add_argument("--login")
    p.add_argument("--refuse", type=int, default=0)
    p.add_argument("--silent", action="store_true")
    p.add_argument("--drop-after", type=float, default=0)
    p.add_argument("--tls", nargs=2)
    options = p.parse_args()
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.tls[0])
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    with open(options.port_file, "w") as f:
        f.write(f"{listener.getsockname()[1]}\n")
    while True:
        client, _ = listener.accept()
        work = (answer_tls, (options, context, client)) if options.tls else (answer, (options, client))
        threading.Thread(target=work[0], args=work[1], daemon=True).start()


sys.exit(main())
