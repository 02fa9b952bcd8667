"""named.py TXT COMMAND...: runs a command where this machine's name server is one of ours, whose answer for any name is the text of the file
TXT, a record a line (read anew for each question; a file that is missing: no answer), and where the folders here are served at 127.0.0.1:8081,
8082 ... as long as they are there (403 where one has a file "forbidden"). For `unshare -Urmn`."""
import fcntl
import functools
import http.server
import os
import socket
import struct
import subprocess
import sys
import threading

txt, command = sys.argv[1], sys.argv[2:]

# lo up
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sH22x", b"lo", 1 | 64))  # SIOCSIFFLAGS: IFF_UP, IFF_RUNNING
with open("resolv.conf", "w") as f:
    f.write("nameserver 127.0.0.1\n")
subprocess.run(["mount", "--bind", "resolv.conf", os.path.realpath("/etc/resolv.conf")], check=True)


def answer(question):
    end = 12
    while question[end]:
        end += question[end] + 1
    with open(txt, encoding="utf-8") as f:
        lines = f.read().splitlines()
    out = question[:2] + struct.pack(">HHHHH", 0x8180 if lines else 0x8183, 1, len(lines), 0, 0) + question[12 : end + 5]
    for line in lines:
        raw = line.encode()
        data = b"".join(bytes([len(raw[i : i + 255])]) + raw[i : i + 255] for i in range(0, len(raw), 255))
        out += b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(data)) + data
    return out


def names(server):
    while True:
        question, who = server.recvfrom(4096)
        if os.path.exists(txt):
            server.sendto(answer(question), who)


class Files(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if os.path.exists(self.directory + "/forbidden"):
            self.send_error(403)
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
dns.bind(("127.0.0.1", 53))
threading.Thread(target=names, args=(dns,), daemon=True).start()
for i in (1, 2, 3):
    handler = functools.partial(Files, directory=f"public{i}")
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 8080 + i), handler)
    threading.Thread(target=served.serve_forever, daemon=True).start()
sys.exit(subprocess.run(command, check=False).returncode)
