"""An SFTP server that drips, for sshd's Subsystem: `sftp_drip.py SERVER FOLDER` runs a real one, gives one byte for each
READ, a tenth of a second late."""
import os
import struct
import subprocess
import sys
import threading
import time

READ = 5

server = subprocess.Popen([sys.argv[1], "-d", sys.argv[2]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
slow = set()


def packet(file):
    head = file.read(4)
    return file.read(struct.unpack(">I", head)[0]) if len(head) == 4 else b""


def put(file, body):
    file.write(struct.pack(">I", len(body)) + body)
    file.flush()


def answers():
    while True:
        body = packet(server.stdout)
        if not body:
            os._exit(0)
        if body[1:5] in slow:
            time.sleep(0.1)
        put(sys.stdout.buffer, body)


threading.Thread(target=answers, daemon=True).start()
while True:
    body = packet(sys.stdin.buffer)
    if not body:
        break
    if body[0] == READ:
        slow.add(body[1:5])
        body = body[:-4] + struct.pack(">I", 1)
    put(server.stdin, body)
