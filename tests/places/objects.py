"""objects.py FOLDER COUNT [LEAVES]: writes so many objects into FOLDER, each under its CID, and prints the CIDs. Each is a
shard of so many leaves (1) that nobody can open: every kind of place takes it."""
import base64
import hashlib
import os
import random
import sys

folder, count, leaves = sys.argv[1], int(sys.argv[2]), int((sys.argv + ["1"])[3])
for i in range(count):
    head = b"VVSHARD\x01" + bytes(8) + leaves.to_bytes(2, "little") + bytes(6)
    body = head + random.Random(f"{i} of {leaves}").randbytes(4096 * leaves - len(head))
    for at in range(0, len(body), 4096):
        body += hashlib.sha256(b"\0" + body[at:at + 4096]).digest() if at < 4096 * leaves else b""
    cid = bytes([1, 0x55, 0x12, 0x20]) + hashlib.sha256(body).digest()
    name = "b" + base64.b32encode(cid).decode().lower().rstrip("=")
    with open(os.path.join(folder, name), "wb") as f:
        f.write(body)
    print(name)
