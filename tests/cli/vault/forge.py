#!/usr/bin/env python3
"""forge.py FOLDER KEYFILE KIND [COUNT]: writes into a holder's folder what somebody with this key could, though he has
no right to it: the newest record of this kind, as his own, so many times. Prints the number that the last one got."""
import base64
import os
import re
import sys

from read_vault import cid, cid_text, did, keypair, read_key, sign

folder, keyfile, kind = sys.argv[1:4]
count = int(sys.argv[4]) if len(sys.argv) > 4 else 1
seed = read_key(keyfile)
public = keypair(seed)[0]
author = did(public)[len("did:key:"):]
vault = next(n for n in os.listdir(folder) if n.startswith("bafy"))
records = os.path.join(folder, vault, "records")
wanted = b"\x64kind" + bytes([0x60 + len(kind)]) + kind.encode()
found = []
for other in os.listdir(records):
    for name in os.listdir(os.path.join(records, other)):
        with open(os.path.join(records, other, name), "rb") as f:
            data = f.read()[64:]
        if wanted in data:
            found.append((name, data))
own = os.path.join(records, author)
os.makedirs(own, exist_ok=True)
last = max(os.listdir(own), default=None)
found = max(found)[1]
found = re.sub(rb"(?s)\x66author\x58\x20.{32}", lambda m: b"\x66author\x58\x20" + public, found)
found = found[:found.rindex(b"\x68previous")]
for _ in range(count):
    number = int(last[:10]) + 1 if last else 0
    before = base64.b32decode(last[12:].upper() + "=" * (-len(last[12:]) % 8)) if last else None
    body = found + b"\x68previous" + (b"\xd8\x2a\x58\x25\0" + before if before else b"\xf6")
    head = bytes([number]) if number < 24 else b"\x18" + bytes([number]) if number < 256 else b"\x19" + number.to_bytes(2, "big")
    body += b"\x68sequence" + head
    last = "%010d-%s" % (number, cid_text(cid(0x71, body)))
    with open(os.path.join(own, last), "wb") as f:
        f.write(sign(seed, b"varve record 1", body) + body)
print(number)
