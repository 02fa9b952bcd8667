#!/usr/bin/env python3
"""ipfs_node.py PORTFILE LOG [LIE [FOLDER [PORT]]]: the RPC of an IPFS node and a router, as Kubo and HTTP Routing
v1 have them, as far as varve asks: dag/import, pin/ls, /routing/v1/providers; block/put, block/get, block/stat, block/rm,
pin/rm, version; add of folders and routing/put of names, and GET /ipfs/CID/PATH and /ipns/NAME/PATH of what came so, whose CIDs
are not those of UnixFS. It checks what it gets: each block's hash, and that nothing is missing below the root. Raw blocks are
files FOLDER/CID, and FOLDER/pins/CID where they are pinned. A block that is not there is had from FOLDER/network/CID
by whoever does not say offline=true.

LIE: what it does wrong: pin (PinErrorMsg), root (names another), count, unpinned, error (500 in JSON), deaf
(closes in the middle of the body), html, busy (503 with Retry-After, once), silent.
Of blocks: full (500 in JSON), another (names another block), unpinned (pins nothing), html, token (403)."""
import base64
import hashlib
import http.server
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse

port_file, log_file = sys.argv[1:3]
lie = sys.argv[3] if len(sys.argv) > 3 else ""
folder = sys.argv[4] if len(sys.argv) > 4 else ""
if folder:
    os.makedirs(folder + "/pins", exist_ok=True)
    os.makedirs(folder + "/network", exist_ok=True)
pinned, said_busy = [], []
folders, folder_pins, names = {}, {}, {}


def text_of(cid):
    return "b" + base64.b32encode(cid).decode().rstrip("=").lower()


def varint(b, at):
    n = shift = 0
    while True:
        n |= (b[at] & 127) << shift
        shift += 7
        at += 1
        if b[at - 1] < 128:
            return n, at


def links_of(cid, block):
    """CIDs in a node: each stands there as these 36 bytes."""
    found, at = [], 0
    while cid[1] != 0x55:
        at = block.find(b"\x12\x20", at)
        if at < 0:
            break
        if at >= 2 and block[at - 2] == 1 and block[at - 1] in (0x55, 0x70, 0x71) and len(block) >= at + 34:
            found.append(block[at - 2:at + 34])
        at += 1
    return found


def read_car(b):
    n, at = varint(b, 0)
    root = b[at:at + n]
    root = root[root.index(b"\x58\x25\x00") + 3:][:36]
    at += n
    blocks = {}
    while at < len(b):
        n, at = varint(b, at)
        cid, block = b[at:at + 36], b[at + 36:at + n]
        if hashlib.sha256(block).digest() != cid[4:]:
            return root, blocks, "block with another hash"
        blocks[cid] = block
        at += n
    todo, seen = [root], set()
    while todo:
        cid = todo.pop()
        if cid not in blocks:
            return root, blocks, "merkledag: not found"
        if cid not in seen:
            seen.add(cid)
            todo += links_of(cid, blocks[cid])
    return root, blocks, ""


def parts_of(body, content_type):
    """(name, type, bytes) of each part of a form."""
    boundary = b"--" + content_type.partition("boundary=")[2].encode()
    assert body.startswith(boundary) and body.endswith(boundary + b"--\r\n")
    for part in body.split(boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        name = lines["Content-Disposition"].partition('filename="')[2].rstrip('"')
        yield urllib.parse.unquote(name), lines["Content-Type"], content[:-2]


def read_cbor(b):
    """A map of texts to numbers and bytes."""
    at, out = 1, {}

    def head():
        nonlocal at
        major, n = b[at] >> 5, b[at] & 31
        at += 1
        if n >= 24:
            n, at = int.from_bytes(b[at:at + (1 << n - 24)], "big"), at + (1 << n - 24)
        return major, n

    assert b[0] >> 5 == 5
    for _ in range(b[0] & 31):
        _, n = head()
        key, at = b[at:at + n].decode(), at + n
        major, n = head()
        out[key] = n if major == 0 else b[at:at + n]
        at += n if major else 0
    assert at == len(b) and list(out) == sorted(out, key=lambda k: (len(k), k))
    return out


def put_name(name, record):
    """Why the record is not taken; empty: it was."""
    n = 0
    for c in name[1:]:
        n = n * 36 + "0123456789abcdefghijklmnopqrstuvwxyz".index(c)
    cid = n.to_bytes(40, "big")
    assert name[0] == "k" and cid.startswith(bytes.fromhex("0172002408011220"))
    fields, at = {}, 0
    while at < len(record):
        tag, at = varint(record, at)
        assert tag & 7 == 2
        n, at = varint(record, at)
        fields[tag >> 3] = record[at:at + n]
        at += n
    assert sorted(fields) == [8, 9] and len(record) <= 10240
    with tempfile.TemporaryDirectory() as d:
        for file, content in (("key", bytes.fromhex("302a300506032b6570032100") + cid[8:]), ("sig", fields[8]),
                              ("text", b"ipns-signature:" + fields[9])):
            with open(f"{d}/{file}", "wb") as f:
                f.write(content)
        checked = subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", d + "/key",
                                  "-sigfile", d + "/sig", "-in", d + "/text"], capture_output=True, check=False)
    if checked.returncode != 0:
        return "record has another signature"
    data = read_cbor(fields[9])
    assert data["ValidityType"] == 0 and data["Validity"].endswith(b"Z") and data["TTL"] % 1000000000 == 0
    if name in names and data["Sequence"] < names[name]["Sequence"]:
        return "record has an older sequence"
    names[name] = data
    return ""


class Node(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        with open(log_file, "a") as f:
            f.write(f"{self.command} {self.path}\n")

    def answer(self, status, value, headers=()):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, content in headers:
            self.send_header(name, content)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def read_body(self):
        if "Transfer-Encoding" not in self.headers:
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while True:
            n = int(self.rfile.readline(), 16)
            piece = self.rfile.read(n)
            self.rfile.readline()
            if n == 0:
                return body
            body += piece

    # --- raw blocks

    def trouble(self, message):
        self.answer(500, {"Message": message, "Code": 0, "Type": "error"})

    def put_block(self, query, body):
        assert query == {"cid-codec": "raw", "mhtype": "sha2-256", "pin": "true"}
        boundary = self.headers["Content-Type"].partition("boundary=")[2].encode()
        head, _, rest = body.partition(b"\r\n\r\n")
        assert head.startswith(b"--" + boundary) and b"form-data" in head
        assert rest.endswith(b"\r\n--" + boundary + b"--\r\n")
        block = rest[:-len(boundary) - 8]
        assert len(block) <= 1 << 20
        cid = text_of(b"\x01\x55\x12\x20" + hashlib.sha256(block).digest())
        if lie == "full":
            self.trouble("no space left on device")
            return
        if not os.path.exists(f"{folder}/{cid}"):  # what a node has it does not write again
            with open(f"{folder}/{cid}", "wb") as f:
                f.write(block)
        if lie != "unpinned":
            with open(f"{folder}/pins/{cid}", "wb"):
                pass
        self.answer(200, {"Key": text_of(bytes(36)) if lie == "another" else cid, "Size": len(block)})

    def find_block(self, query):
        """The file of a block, or None: it was answered."""
        cid = query["arg"]
        for place in (folder, folder + "/network"):
            if os.path.isfile(f"{place}/{cid}"):
                return f"{place}/{cid}"
            if query.get("offline") == "true":
                break
        self.trouble(f"block was not found locally (offline): ipld: could not find {cid}")
        return None

    def block_route(self, route, query, body):
        """Was it one of these?"""
        if route == "version":
            self.answer(200, {"Version": "0.32.1", "Commit": "", "Repo": "16"})
        elif route == "block/put":
            self.put_block(query, body)
        elif route in ("block/get", "block/stat"):
            file = self.find_block(query)
            if file and route == "block/get":
                with open(file, "rb") as f:
                    self.answer(200, f.read())
            elif file:
                self.answer(200, {"Key": query["arg"], "Size": os.path.getsize(file)})
        elif route == "pin/ls" and "arg" not in query:
            assert query == {"type": "recursive", "stream": "true"}
            names = sorted(os.listdir(folder + "/pins"))
            lines = [json.dumps({"Cid": name, "Type": "recursive"}) + "\n" for name in names]
            if lie == "pins":  # of somebody who pins a lot
                lines = [json.dumps({"Cid": "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojW00000", "Type": "recursive"}) + "\n"] * 1000000 + lines
            if lie == "longline":
                lines.append(json.dumps({"Cid": "x" * 20000}) + "\n")
            if lie == "lastline":
                lines[-1] = lines[-1].rstrip("\n")
            self.answer(200, "".join(lines).encode())
        elif route == "block/rm":
            cid = query["arg"]
            if os.path.exists(f"{folder}/pins/{cid}"):
                self.answer(200, {"Hash": cid, "Error": "pinned: recursive"})
            else:
                os.remove(f"{folder}/{cid}")
                self.answer(200, {"Hash": cid} | ({"Error": f"ipld: could not find {cid}"} if lie == "swept" else {}))
        elif route == "pin/rm":
            if os.path.isfile(f"{folder}/pins/{query['arg']}"):
                os.remove(f"{folder}/pins/{query['arg']}")
                answer = json.dumps({"Pins": [query["arg"]]}).encode() + b"\n"
                self.answer(200, answer * (10000 if lie == "longanswer" else 1))
            else:
                self.trouble("not pinned or pinned indirectly")
        else:
            return False
        return True

    # --- folders and names

    def add_folder(self, query, body):
        assert query.pop("pin-name") and query == {"cid-version": "1", "raw-leaves": "true", "pin": "true"}
        files, seen = {}, []
        for name, kind, content in parts_of(body, self.headers["Content-Type"]):
            assert name.startswith("f/") and (kind == "application/octet-stream" or not content)
            seen = [s for s in seen if name.startswith(s + "/")]
            assert name.rpartition("/")[0] in [*seen, "f"], name  # what is in a folder follows it
            seen.append(name)
            if kind == "application/octet-stream":
                files[name[2:]] = content
        whole = json.dumps([[n, hashlib.sha256(c).hexdigest()] for n, c in sorted(files.items())]).encode()
        cid = text_of(b"\x01\x70\x12\x20" + hashlib.sha256(whole).digest())
        folders[cid] = files
        pin = dict(urllib.parse.parse_qsl(self.path.partition("?")[2]))["pin-name"]
        if lie != "unpinned":
            folder_pins[cid] = pin
        lines = [{"Name": "f/" + n, "Hash": cid, "Size": "1"} for n in files]
        self.answer(200, "".join(json.dumps(x) + "\n" for x in lines + [{"Name": "f" if lie != "root" else "g", "Hash": cid}]).encode())

    def folder_route(self, route, query):
        """Was it one of these?"""
        if route == "add" and lie != "html":
            body = self.read_body()
            if lie == "error":
                self.trouble("no space left on device")
            else:
                self.add_folder(query, body)
        elif route == "pin/ls" and query.get("names") == "true":
            lines = [{"Cid": c, "Type": "recursive", "Name": n} for c, n in folder_pins.items()]
            lines.insert(0, {"Cid": "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn", "Type": "recursive"})
            self.answer(200, "".join(json.dumps(x) + "\n" for x in lines).encode())
        elif route == "pin/rm" and query["arg"] in folder_pins:
            del folder_pins[query["arg"]]
            self.answer(200, {"Pins": [query["arg"]]})
        elif route == "routing/put":
            assert query["allow-offline"] == "true" and query["arg"].startswith("/ipns/")
            (_, _, record), = parts_of(self.read_body(), self.headers["Content-Type"])
            why = put_name(query["arg"][len("/ipns/"):], record)
            if why:
                self.trouble(why)
            else:
                self.answer(200, {"ID": "", "Type": 5})
        else:
            return False
        return True

    def give_file(self):
        kind, name, path = (self.path[1:].partition("?")[0].split("/", 2) + ["", ""])[:3]
        if kind == "ipns":
            name = names[name]["Value"].decode()[len("/ipfs/"):] if name in names else ""
        content = folders.get(name, {}).get(urllib.parse.unquote(path))
        self.answer(404 if content is None else 200, content or b"")

    def do_POST(self):
        path, _, query = self.path.partition("?")
        if lie == "silent":
            time.sleep(600)
        if path.startswith("/api/v0/") and self.folder_route(path[len("/api/v0/"):], dict(urllib.parse.parse_qsl(query))):
            return
        if folder and lie == "token":
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer(403, b"403 - Forbidden")
            return
        if folder and lie != "html" and path.startswith("/api/v0/") and "Transfer-Encoding" not in self.headers:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.block_route(path[len("/api/v0/"):], dict(urllib.parse.parse_qsl(query)), body):
                return
        if path == "/api/v0/pin/ls":
            cid = query.partition("arg=")[2].partition("&")[0]
            if cid in pinned and lie != "unpinned":
                self.answer(200, {"Keys": {cid: {"Type": "recursive"}}})
            else:
                self.answer(500, {"Message": f"path '{cid}' is not pinned", "Code": 0, "Type": "error"})
            return
        if path != "/api/v0/dag/import" or "pin-roots=true" not in query or lie == "html":
            self.read_body()
            self.answer(404, b"<html>404</html>")
            return
        if lie == "deaf":
            self.rfile.read(1000)
            self.close_connection = True
            return
        body = self.read_body()
        boundary = self.headers["Content-Type"].partition("boundary=")[2].encode()
        head, _, rest = body.partition(b"\r\n\r\n")
        assert head.startswith(b"--" + boundary) and b'name="file"' in head
        car = rest[:rest.rindex(b"\r\n--" + boundary + b"--")]
        root, blocks, trouble = read_car(car)
        if lie == "error":
            self.answer(500, {"Message": "no space left on device", "Code": 0, "Type": "error"})
            return
        if not trouble:
            pinned.append(text_of(root))
        name = text_of(bytes(36)) if lie == "root" else text_of(root)
        lines = [{"Root": {"Cid": {"/": name}, "PinErrorMsg": "pin: cannot" if lie == "pin" else trouble}},
                 {"Stats": {"BlockCount": len(blocks) + (lie == "count"), "BlockBytesCount": len(car)}}]
        self.answer(200, b"".join(json.dumps(line).encode() + b"\n" for line in lines))

    def do_GET(self):
        if lie == "busy" and not said_busy:
            said_busy.append(True)
            self.answer(503, b"busy", [("Retry-After", "1")])
        elif self.path.startswith(("/ipfs/", "/ipns/")):
            self.give_file()
        elif not self.path.startswith("/routing/v1/providers/"):
            self.answer(404, b"")
        elif lie == "html":
            self.answer(200, b"<html></html>")
        elif self.path.rpartition("/")[2] in pinned or lie == "busy":
            self.answer(200, {"Providers": [{"Schema": "peer", "ID": "12D3KooWNode",
                                             "Addrs": ["/ip4/127.0.0.1/tcp/4001"],
                                             "Protocols": ["transport-bitswap"]}]})
        else:
            self.answer(200, {"Providers": None})


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[5]) if len(sys.argv) > 5 else 0), Node)
with open(port_file + ".new", "w") as f:
    f.write(f"{server.server_address[1]}\n")
os.rename(port_file + ".new", port_file)
server.serve_forever()
