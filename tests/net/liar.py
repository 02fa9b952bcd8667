"""A peer that lies: `liar.py push LIE HUB` pushes ./'s main to a server and prints its answer;
`liar.py ask LIE HUB` asks it for blocks;
`liar.py serve LIE REPO` is a server of REPO on stdin and stdout (as an ssh program: the words
behind LIE and REPO do not matter)."""
import os
import random
import resource
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peer  # noqa: E402
from peer import NODE, RAW, Link, block, git_id, git_object, short  # noqa: E402

NULL = b"\0" * 20
SMALL = 3 * 65536


def garbage(size):
    """Bytes of which the first begins no frame: one that did would be waited for, as long as it says that it is."""
    return b"\xff" + random.Random(size).randbytes(size - 1)


def version(repo, name="HEAD:prices.csv"):
    """The blocks of a version, leaves first, and the objects of the history."""
    b = peer.blocks(repo, name)
    return sorted(b.items(), key=lambda i: (i[0][1] == NODE, )), peer.objects(repo, "main")


def records(items):
    return [block(c[1], raw) for c, raw in items]


def send(line, kind, parts):
    out = b""
    for p in parts:
        out += p
        if len(out) > SMALL:
            line.put(kind, out)
            out = b""
    if out:
        line.put(kind, out)


def push(lie, hub):
    items, objs = version(".")
    tip = bytes.fromhex(peer.git(".", "rev-parse", "main").decode().strip())
    refs = [[b"refs/heads/main", NULL, tip, False]]
    bs, extra = records(items), []
    if lie == "wrong-bytes":
        c, raw = items[0]
        bs[0] = block(c[1], raw[:-1] + bytes([raw[-1] ^ 1]))
    elif lie == "missing-child":
        bs = bs[1:]
    elif lie == "other-codec":
        bs[0] = block(NODE if items[0][0][1] == RAW else RAW, items[0][1])
    elif lie == "not-canonical":
        bs.insert(0, block(NODE, b"\xa2\x61b\x01\x61a\x02"))
    elif lie == "trailing-bytes":
        bs.insert(0, block(NODE, b"\x80\x80"))
    elif lie == "giant-length":
        bs = [bytes([0]) + peer.varint(1 << 40)]
    elif lie == "cut-record":
        bs[-1] = bs[-1][:-1]
    elif lie == "bomb":
        # 1 MiB promised, and a frame of zstd that gives a byte
        bs = [bytes([1]) + peer.varint(1 << 20) + peer.varint(6) + bytes.fromhex("200109000061")[:6]]
    elif lie == "unasked":
        bs += [block(RAW, b"nobody asked for %d" % i) for i in range(50)]
    elif lie == "stale":
        refs[0][1] = b"\1" * 20
    elif lie == "absent-commit":
        refs[0][2] = b"\2" * 20
    elif lie == "absent-tree":
        objs = [o for o in objs if o[0] != 2]
    elif lie.startswith("name:"):
        refs[0][0] = lie[5:].encode().decode("unicode_escape").encode("latin-1")
    elif lie == "twice":
        bs, objs = bs + bs, objs + objs
    elif lie == "backwards":
        bs, objs = bs[::-1], objs[::-1]
    elif lie in ("identity-link", "other-hash"):
        # a node that links to a CID that holds its bytes itself; to one of another hash (SHA-1)
        link = bytes.fromhex("0155000461626364" if lie == "identity-link" else "01551114") + bytes(20)
        link = link[:8] if lie == "identity-link" else link
        bs.insert(0, block(NODE, b"\x81" + b"\xd8\x2a" + peer.encode(b"\0" + link)))
    elif lie in ("pointer", "dot-git", "long-row", "deep", "deeper", "similar", "wide", "wider"):
        refs[0][2], objs, bs = forge(lie, objs, bs)
    elif lie == "bad-message":
        refs = [[b"refs/heads/main", NULL]]
    line, process = peer.server(hub)
    try:
        line.put("M", {"op": "push", "refs": refs})
        if lie == "endless":
            while True:
                line.put("B", block(RAW, os.urandom(60000)))
        if lie == "garbage":
            line.write(garbage(100000))
        if lie == "frame-2-63":
            line.write(b"B" + peer.varint((1 << 63) - 1))
        if lie == "many-refs":
            line.put("M", {"op": "push", "refs": [[b"refs/heads/%d" % i, NULL, tip, False] for i in range(100000)]})
        send(line, "B", bs)
        send(line, "O", [git_object(k, raw) for k, raw in objs] + extra)
        line.end()
    except (BrokenPipeError, ConnectionResetError):
        pass
    try:
        for kind, payload in line.answer():
            if kind == "M":
                print("answer", [None if r is None else r.decode() for r in payload["refs"]],
                      "missing", len(payload.get("missing", b"")) // 33)
            elif kind == "E":
                print("error", payload["code"], payload["text"].decode())
            else:
                print(kind, payload.decode(errors="replace"))
    except EOFError:
        print("closed")
    process.stdin.close()
    process.wait(30)
    measure()


def measure():
    """What the server, or a program before it, took of memory at most: to the file $LIAR_MEMORY."""
    if "LIAR_MEMORY" in os.environ:
        with open(os.environ["LIAR_MEMORY"], "w") as f:
            f.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) + "\n")


def ask(lie, hub):
    """One request that asks for too much, and what the server says to it."""
    line, process = peer.server(hub)
    want = {"odd-length": b"\x55" * 34, "many-wants": (b"\x55" + bytes(32)) * 32768, "too-many-wants": bytes(33) * 10000000,
            "other-codec": b"\x01" + bytes(32)}[lie]
    times = 50 if lie == "many-wants" else 1
    try:
        for _ in range(times):
            line.put("M", {"op": "blocks", "want": want})
            line.end()
            last = line.answer()
        kinds = {kind for kind, _ in last}
        print("answer", *sorted(kinds)) if "E" not in kinds else print("error", dict(last)["E"]["text"].decode())
    except (EOFError, BrokenPipeError, ConnectionResetError):
        print("closed")
    try:
        process.stdin.close()
    except BrokenPipeError:
        pass
    process.wait(30)
    measure()


def commit_of(tree):
    who = b"A U Thor <a@example.com> 1700000000 +0000"
    return b"tree " + tree.hex().encode() + b"\nauthor " + who + b"\ncommitter " + who + b"\n\nforged\n"


def forge(lie, objs, bs, repo="."):
    """Another commit, with a tree and a pointer that are not what they should be."""
    pointer = next(raw for k, raw in objs if k == 3 and raw.startswith(b'varve pointer:'))
    name = b"prices.csv"
    if lie == "pointer":
        pointer = pointer.replace(b'"rows": 3000', b'"rows": 3001')
    elif lie == "long-row":
        pointer, bs = with_long_row(repo, pointer, bs)
    elif lie == "dot-git":
        name = b".git"
    else:
        root, chain = graph(lie)
        bs = chain
        text = b32(root)
        pointer = pointer.replace(pointer[pointer.index(b"bafy"):pointer.index(b"bafy") + 59], text)
    tree = b"100644 " + name + b"\0" + git_id(3, pointer)
    commit = commit_of(git_id(2, tree))
    return git_id(1, commit), [(3, pointer), (2, tree), (1, commit)], bs


def with_long_row(repo, pointer, bs):
    """The same version, but that its first row group says to have a row of 1 TiB."""
    old, raw = next((c, raw) for c, raw in peer.blocks(repo, "HEAD:prices.csv").items()
                    if c[1] == NODE and b"layout" in raw)
    root = peer.decode(raw)[0]
    more = (1 << 40) - root["layout"]["items"][0]
    was = root["bytes"]
    root["layout"]["items"][0] += more
    root["bytes"] += more
    raw = peer.encode(root)
    pointer = pointer.replace(b32(old), b32(peer.cid(NODE, raw)))
    return pointer.replace(b'"bytes": %d' % was, b'"bytes": %d' % root["bytes"]), bs + [block(NODE, raw)]


def b32(c):
    import base64
    return b"b" + base64.b32encode(bytes(c)).lower().rstrip(b"=")


def graph(lie):
    """A chain of 20,000 nodes (or 10^6); 60 levels, each linking to the one below ten times; or a node
    of nodes with 24,000 links each to blocks that nobody has."""
    below, out = peer.cid(RAW, b"the end"), [block(RAW, b"the end")]
    if lie.startswith("wide"):
        links = []
        for i in range(10 if lie == "wide" else 417):
            absent = [Link(bytes([1, RAW, 0x12, 0x20]) + os.urandom(32)) for _ in range(24000)]
            raw = peer.encode(absent)
            links.append(peer.cid(NODE, raw))
            out.append(block(NODE, raw))
        raw = peer.encode(links)
        return peer.cid(NODE, raw), out + [block(NODE, raw)]
    for _ in range({"deep": 20000, "deeper": 1000000}.get(lie, 60)):
        raw = peer.encode([below] * (10 if lie == "similar" else 1))
        below = peer.cid(NODE, raw)
        out.append(block(NODE, raw))
    return below, out


# --- the server that lies ------------------------------------------------------------------


def hello(line, repo, lie):
    tip = bytes.fromhex(peer.git(repo, "rev-parse", "main").decode().strip())
    if lie == "long-row":
        tip = forge(lie, version(repo)[1], [], repo)[0]
    refs = [[b"refs/heads/main", tip]]
    if lie == "names":
        refs += [[b"refs/heads/../../../evil", tip], [b"refs/heads/a\x1b]0;x\x07b", tip], [b"HEAD", tip]]
    if lie == "absent-ref":
        refs = [[b"refs/heads/main", b"\3" * 20]]
    line.put("M", {"v": 2 if lie == "future" else 1, "head": b"refs/heads/main", "held": 0, "refs": refs, "write": False})
    line.end()


def fetch(line, repo, lie):
    items, objs = version(repo)
    bs = records(items)
    if lie == "never-ready":
        line.put("M", {"ready": False, "common": b""})
        return line.end()
    line.put("M", {"ready": True, "common": b""})
    if lie == "hang-up":
        send(line, "B", bs[:2])
        sys.exit(0)
    if lie == "endless":
        while True:
            line.put("B", block(RAW, os.urandom(60000)))
    if lie == "chatter":
        while True:
            line.put("T", b"so many words " * 4000)
    if lie == "drip":
        line.write(b"B" + peer.varint(60000))
        while True:
            line.write(b"x")
            time.sleep(0.1)
    if lie == "drip-frames":
        while True:
            line.write(b"B" + peer.varint(1) + b"x")
            time.sleep(0.1)
    if lie == "frame-2-63":
        line.write(b"B" + peer.varint((1 << 63) - 1))
    if lie == "twice":
        bs, objs = bs + bs, objs + objs
    if lie == "unasked":
        bs += [block(RAW, b"nobody asked for %d" % i) for i in range(50)]
    if lie == "text":
        line.put("E", {"code": "trouble", "hint": b"", "text": b"\x1b[2Jhello\x07\xff"})
        return line.end()
    if lie == "garbage":
        line.write(garbage(10000))
        sys.exit(0)
    if lie in ("wrong-bytes", "wrong-again"):
        bs = [block(c[1], raw[:-1] + bytes([raw[-1] ^ 1])) if c[1] == RAW else block(c[1], raw) for c, raw in items]
    if lie == "no-leaves" or lie == "absent":
        bs = [block(c[1], raw) for c, raw in items if c[1] == NODE]
    if lie == "no-objects":
        objs = objs[:1]
    if lie == "long-row":
        _, objs, bs = forge(lie, objs, bs, repo)
    send(line, "B", bs)
    send(line, "O", [git_object(k, raw) for k, raw in objs])
    line.put("M", {"bytes": 1, "absent": 0, "blocks": len(bs), "commits": 1, "datasets": 1, "withheld": False})
    return line.end()


def named(line, repo, lie, want):
    have = {short(c): raw for c, raw in peer.blocks(repo, "HEAD:prices.csv").items()}
    out = []
    for i in range(0, len(want), 33):
        raw = have.get(want[i:i + 33])
        if lie == "wrong-again" and raw is not None:
            raw = raw + b"x"
        out.append(b"\3" if raw is None or lie == "absent" else block(want[i], raw))
    if lie == "too-many":
        out.append(block(RAW, b"one more"))
    send(line, "B", out)
    line.end()


def serve(lie, repo):
    if lie == "future-greeting":
        os.write(1, b"varve 7\n")
        sys.exit(0)
    line = peer.client()
    while True:
        try:
            kind, payload = line.frame()
        except EOFError:
            return
        request = peer.decode(payload)[0]
        while kind != ".":
            kind, payload = line.frame()
        if request["op"] == "hello":
            hello(line, repo, lie)
        elif request["op"] == "fetch":
            fetch(line, repo, lie)
        elif request["op"] == "blocks":
            named(line, repo, lie, request["want"])
        else:
            peer.fail("the liar knows no " + request["op"])


assert Link
os.environ.setdefault("TMPDIR", "/tmp")
{"push": push, "serve": serve, "ask": ask}[sys.argv[1]](sys.argv[2], sys.argv[3])
