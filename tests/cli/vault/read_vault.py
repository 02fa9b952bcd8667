#!/usr/bin/env python3
"""read_vault.py FOLDER KEYFILE [FOLDER...]: reads a vault as docs/formats/vault.md describes it, with nothing
of varve: Python, libsodium and libzstd. Every signature, digest, nonce and tree is checked; prints what is in
it. Shards come from all of the folders; those of a stripe that none has are made of the others.

read_vault.py --example PAGE: checks the worked example of the page."""
import base64
import ctypes
import ctypes.util
import hashlib
import json
import os
import re
import struct
import sys

sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
sodium.sodium_init()
zstd = ctypes.CDLL(ctypes.util.find_library("zstd"))
zstd.ZSTD_createDCtx.restype = ctypes.c_void_p
zstd.ZSTD_DCtx_refPrefix.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
zstd.ZSTD_decompressDCtx.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t,
                                     ctypes.c_char_p, ctypes.c_size_t]
zstd.ZSTD_decompressDCtx.restype = ctypes.c_size_t

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LEAF = 4096
FULL = 254 * LEAF - 64 - 4
KINDS = {1: "raw", 2: "node", 3: "commit", 4: "tree", 5: "blob", 6: "tag"}


def base58(data):
    n, text = int.from_bytes(data, "big"), ""
    while n:
        n, digit = divmod(n, 58)
        text = BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def did(public):
    return "did:key:z" + base58(b"\xed\x01" + public)


def base32(data):
    return base64.b32encode(data).decode().lower().rstrip("=")


def cid(codec, data):
    return b"\x01" + bytes([codec]) + b"\x12\x20" + hashlib.sha256(data).digest()


def cid_text(c):
    return "b" + base32(c)


def keypair(seed):
    public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
    assert sodium.crypto_sign_seed_keypair(public, secret, seed) == 0
    return public.raw, secret.raw


def sign(seed, purpose, data):
    signature, message = ctypes.create_string_buffer(64), purpose + b"\n" + data
    assert sodium.crypto_sign_detached(signature, None, message, ctypes.c_ulonglong(len(message)),
                                       keypair(seed)[1]) == 0
    return signature.raw


def verify(signature, public, purpose, data):
    message = purpose + b"\n" + data
    assert sodium.crypto_sign_verify_detached(signature, message, ctypes.c_ulonglong(len(message)),
                                              public) == 0, "bad signature"


def derive(secret, number):
    """crypto_kdf, by hashlib's own BLAKE2b."""
    return hashlib.blake2b(b"", digest_size=32, key=secret, salt=number.to_bytes(8, "little"),
                           person=b"varve  1").digest()


def nonce_of(secret, use, ad, data):
    h = hashlib.blake2b(digest_size=24, key=derive(secret, use + 1))
    h.update(b"varve nonce 1" + len(ad).to_bytes(8, "little") + ad + data)
    return h.digest()


def unseal(secret, use, nonce, tag, ad, data):
    out = ctypes.create_string_buffer(max(len(data), 1))
    assert sodium.crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
        out, None, data, ctypes.c_ulonglong(len(data)), tag, ad, ctypes.c_ulonglong(len(ad)),
        nonce, derive(secret, use)) == 0, "cannot be opened"
    plain = out.raw[:len(data)]
    assert nonce_of(secret, use, ad, plain) == nonce, "a nonce of its own choice"
    return plain


def seal(secret, use, ad, data):
    nonce, tag, out = nonce_of(secret, use, ad, data), ctypes.create_string_buffer(16), \
        ctypes.create_string_buffer(len(data))
    assert sodium.crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
        out, tag, None, data, ctypes.c_ulonglong(len(data)), ad, ctypes.c_ulonglong(len(ad)),
        None, nonce, derive(secret, use)) == 0
    return nonce, tag.raw, out.raw


def tree(hashes):
    """RFC 6962, section 2.1, as it is written there."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return hashlib.sha256(b"\1" + tree(hashes[:k]) + tree(hashes[k:])).digest()


def field():
    """GF(256) with 0x11d: powers of 2, and their logarithms."""
    power, x = [], 1
    for _ in range(255):
        power.append(x)
        x = x << 1 ^ (0x11D if x & 128 else 0)
    return power * 2, {x: i for i, x in enumerate(power)}


POWER, LOG = field()


def times(a, b):
    return POWER[LOG[a] + LOG[b]] if a and b else 0


def inverse(a):
    return POWER[255 - LOG[a]]


def stripe_rows(k, m):
    """What makes each shard of a stripe of its data."""
    return [[int(i == j) for j in range(k)] for i in range(k)] + \
        [[inverse((k + i) ^ j) for j in range(k)] for i in range(m)]


def solve(rows, wanted):
    """Factors x with sum of x[i] * rows[i] = wanted, by Gauss."""
    k = len(rows)
    left = [[rows[i][j] for i in range(k)] + [wanted[j]] for j in range(k)]
    for at in range(k):
        pivot = next(i for i in range(at, k) if left[i][at])
        left[at], left[pivot] = left[pivot], left[at]
        factor = inverse(left[at][at])
        left[at] = [times(factor, x) for x in left[at]]
        for i in range(k):
            if i != at and left[i][at]:
                factor = left[i][at]
                left[i] = [x ^ times(factor, y) for x, y in zip(left[i], left[at])]
    return [line[k] for line in left]


def add_up(factors, bodies):
    total = 0
    for factor, body in zip(factors, bodies):
        table = bytes(times(factor, x) for x in range(256))
        total ^= int.from_bytes(body.translate(table), "big")
    return total.to_bytes(len(bodies[0]), "big")


def end_leaves(body):
    return body + b"".join(hashlib.sha256(b"\0" + body[i:i + LEAF]).digest()
                           for i in range(0, len(body), LEAF))


def make_shard(k, m, there, wanted):
    """Number wanted of a stripe; there: number -> shard, of K of them."""
    rows = stripe_rows(k, m)
    numbers = sorted(there)[:k]
    factors = solve([rows[n] for n in numbers], rows[wanted])
    return end_leaves(add_up(factors, [there[n][:254 * LEAF] for n in numbers]))


def cbor(data, at=0):
    head = data[at]
    major, n, at = head >> 5, head & 31, at + 1
    if 24 <= n <= 27:
        size = 1 << (n - 24)
        n, at = int.from_bytes(data[at:at + size], "big"), at + size
    if major == 0:
        return n, at
    if major == 2:
        return data[at:at + n], at + n
    if major == 3:
        return data[at:at + n].decode(), at + n
    if major == 4:
        items = []
        for _ in range(n):
            item, at = cbor(data, at)
            items.append(item)
        return items, at
    if major == 5:
        members, last = {}, None
        for _ in range(n):
            name, at = cbor(data, at)
            assert last is None or (len(last), last) < (len(name), name), "keys out of order"
            members[name], at = cbor(data, at)
            last = name
        return members, at
    if major == 6:
        assert n == 42
        link, at = cbor(data, at)
        assert link[0] == 0
        return link[1:], at
    assert major == 7 and n in (20, 21, 22)
    return {20: False, 21: True, 22: None}[n], at


def varint(data, at):
    n = shift = 0
    while True:
        n |= (data[at] & 127) << shift
        at += 1
        if data[at - 1] < 128:
            return n, at
        shift += 7


def open_shard(data, vault, secrets):
    assert data[:8] == b"VVSHARD\1"
    epoch, leaves = data[8:16], int.from_bytes(data[16:18], "little")
    assert leaves in (1, 2, 4, 8, 16, 32, 64, 128, 254) and data[18:24] == bytes(6)
    assert len(data) == leaves * (LEAF + 32)
    hashes = [hashlib.sha256(b"\0" + data[i * LEAF:(i + 1) * LEAF]).digest() for i in range(leaves)]
    assert b"".join(hashes) == data[leaves * LEAF:]
    ad = vault + data[:18]
    plain = unseal(secrets[epoch], 1, data[24:48], data[48:64], ad, data[64:leaves * LEAF])
    n = int.from_bytes(plain[:4], "little")
    assert plain[4 + n:] == bytes(len(plain) - 4 - n)
    return plain[4:4 + n], leaves, tree(hashes)


def expand(method, data, raw_len, base):
    if method == 0:
        return data
    context = zstd.ZSTD_createDCtx()
    if method == 2:
        zstd.ZSTD_DCtx_refPrefix(context, base, len(base))
    out, frame = ctypes.create_string_buffer(max(raw_len, 1)), b"\x28\xb5\x2f\xfd" + data
    assert zstd.ZSTD_decompressDCtx(context, out, raw_len, frame, len(frame)) == raw_len
    return out.raw[:raw_len]


def read_key(path):
    text = open(path).read()
    if text.startswith("varve-recovery-1-"):
        letters = text[len("varve-recovery-1-"):].replace("-", "").strip().upper()
        data = base64.b32decode(letters + "=" * (-len(letters) % 8))
        assert hashlib.sha256(b"varve recovery 1" + data[:32]).digest()[:4] == data[32:36]
        return data[:32]
    assert text.startswith("varve key 1\n")
    return bytes.fromhex(re.search(r"^plain ([0-9a-f]{64})$", text, re.M)[1])


def read_ledger(folder, vault):
    records = {}
    for author in sorted(os.listdir(folder)):
        for name in sorted(os.listdir(os.path.join(folder, author))):
            data = open(os.path.join(folder, author, name), "rb").read()
            signature, body = data[:64], data[64:]
            record, end = cbor(body)
            assert end == len(body)
            assert record["version"] == 1
            verify(signature, record["author"], b"varve record 1", body)
            own = cid(0x71, body)
            assert did(record["author"]) == "did:key:" + author
            assert name == "%010d-%s" % (record["sequence"], cid_text(own))
            assert (record["vault"] or own) == vault
            assert record["sequence"] == 0 or record["previous"] in records
            records[own] = record
    return records


def open_epochs(records, vault, seed):
    public, secret = keypair(seed)
    x_public, x_secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
    assert sodium.crypto_sign_ed25519_pk_to_curve25519(x_public, public) == 0
    assert sodium.crypto_sign_ed25519_sk_to_curve25519(x_secret, secret) == 0
    secrets = {}
    for own, record in records.items():
        if record["kind"] != "epoch":
            continue
        body = record["body"]
        before = body["previous"][0][4:] if body["previous"] else bytes(32)
        for box in body["boxes"]:
            out = ctypes.create_string_buffer(len(box))
            if sodium.crypto_box_seal_open(out, box, ctypes.c_ulonglong(len(box)), x_public,
                                           x_secret) == 0:
                plain = out.raw[:len(box) - 48]
                assert plain[:36] == vault and plain[36:68] == before and len(plain) == 100
                secrets[own[4:12]] = plain[68:]
                sealed, ad = body["sealed"], b"varve epoch 1" + vault + before
                inner, _ = cbor(unseal(plain[68:], 4, sealed[:24], sealed[24:40], ad, sealed[40:]))
                for epoch, older in inner["secrets"]:
                    secrets[epoch[4:12]] = older
    assert secrets, "no box is for this key"
    return secrets


def read_item(content, at):
    kind, method = content[at] & 15, content[at] >> 4
    raw_len, at = varint(content, at + 1)
    stored, at = varint(content, at)
    size = {1: 32, 2: 32}.get(kind, 20 if kind in KINDS else 0)
    digest, at = content[at:at + size], at + size
    base = content[at:at + size] if method == 2 else None
    at += size if method == 2 else 0
    return kind, method, raw_len, digest, base, content[at:at + stored], at + stored


def check_digest(kind, digest, raw):
    if kind in (1, 2):
        assert hashlib.sha256(raw).digest() == digest
    else:
        head = b"%s %d\0" % (KINDS[kind].encode(), len(raw))
        assert hashlib.sha1(head + raw).digest() == digest


def read_run(content, items, texts):
    places = struct.unpack("<QQ", content[-16:])
    at, end, starts = 0, len(content) - 16, {}
    while at < end:
        start = at
        kind, method, raw_len, digest, base, data, at = read_item(content, at)
        raw = expand(method, data, raw_len, items.get((kind, base)))
        if kind in KINDS:
            check_digest(kind, digest, raw)
            items[kind, digest] = raw
            starts[kind, digest] = start
        else:
            assert start == places[{8: 0, 9: 1}[kind]]
            texts[kind] = raw
    assert at == end
    index, at = texts[8], 0
    runs, at = varint(index, at)
    at += 32 * runs
    count, at = varint(index, at)
    for _ in range(count):
        kind = index[at]
        size = 32 if kind < 3 else 20
        digest, at = index[at + 1:at + 1 + size], at + 1 + size
        run, at = varint(index, at)
        offset, at = varint(index, at)
        if run == 0:
            assert starts.pop((kind, digest)) == offset
    assert at == len(index) and not starts, "the index does not fit"


class Shards:
    """Those of a vault, from whichever folder has them, or made of others of their stripe."""

    def __init__(self, folders, records):
        self.folders, self.stripes, self.made = folders, {}, 0
        for record in records.values():
            first = 0
            for k, parity in record["body"].get("stripes", []) if record["kind"] == "vault" else []:
                all_of = [s[0] for s in record["body"]["shards"][first:first + k] + parity]
                assert len(all_of) == k + len(parity)
                for number, link in enumerate(all_of):
                    self.stripes[link] = k, len(parity), number, all_of
                first += k

    def held(self, link):
        for folder in self.folders:
            path = os.path.join(folder, "shards", cid_text(link))
            if os.path.exists(path):
                data = open(path, "rb").read()
                assert cid(0x55, data) == link
                return data
        return None

    def get(self, link):
        data = self.held(link)
        if data is None:
            k, m, number, all_of = self.stripes[link]
            there = {n: self.held(other) for n, other in enumerate(all_of)}
            there = {n: data for n, data in there.items() if data is not None}
            assert len(there) >= k, "too much of a stripe is lost"
            data = make_shard(k, m, there, number)
            assert cid(0x55, data) == link
            self.made += 1
        return data

    def check_parity(self):
        """Every stripe of which all is there; returns how many."""
        stripes = {id(s[3]): s for s in self.stripes.values()}.values()
        whole = 0
        for k, m, _, all_of in stripes:
            there = dict(enumerate(map(self.held, all_of)))
            whole += None not in there.values()
            for n in range(k, k + m if None not in there.values() else k):
                assert make_shard(k, m, {i: there[i] for i in range(k)}, n) == there[n]
        return whole


def read_vault(folder, key_file, others):
    name = [n for n in os.listdir(folder) if n.startswith("bafy")][0]
    vault = base64.b32decode(name[1:].upper() + "=" * (-len(name[1:]) % 8))
    folder = os.path.join(folder, name)
    records = read_ledger(os.path.join(folder, "records"), vault)
    secrets = open_epochs(records, vault, read_key(key_file))
    store = Shards([folder] + [os.path.join(other, name) for other in others], records)
    items, texts, shards = {}, {}, 0
    runs = [r for r in records.values() if r["kind"] == "vault" and r["vault"]]
    for run in sorted(runs, key=lambda r: r["sequence"]):
        content, sealed = b"", run["body"]["places"]
        if sealed:
            text = unseal(secrets[run["body"]["epoch"][4:12]], 4, sealed[:24], sealed[24:40],
                          b"varve places 1" + vault, sealed[40:])
            assert len(text) % 256 == 0
            places = json.loads(text)
        for number, (link, leaves, root) in enumerate(run["body"]["shards"]):
            data = store.get(link)
            part, found, is_root = open_shard(data, vault, secrets)
            assert (found, is_root) == (leaves, root)
            assert number + 1 == len(run["body"]["shards"]) or len(part) == FULL
            content += part
            shards += 1
        read_run(content, items, texts)
    print("%d runs, %d shards, %d blocks, %d objects" % (
        len(runs), shards, sum(k < 3 for k, _ in items), sum(k > 2 for k, _ in items)))
    if store.stripes:
        print("stripes: %d whole, shards made: %d" % (store.check_parity(), store.made))
    print(texts[9].decode(), end="")
    print("holders", *sorted(h["name"] for h in places["holders"]))


def example(page):
    """The lines "name  value" of the page's block "Worked example" are what this computes."""
    text = open(page, encoding="utf-8").read()
    block = re.search(r"## Worked example\n.*?```\n(.*?)```", text, re.S)[1]
    said = dict(re.split(r"\s{2,}", line, 1) for line in block.strip().split("\n"))
    seed, secret, vault_of = bytes(range(32)), bytes(range(32, 64)), b"the first record"
    public, vault = keypair(seed)[0], cid(0x71, vault_of)
    epoch, content = cid(0x71, b"an epoch"), b"some content"
    head = b"VVSHARD\1" + epoch[4:12] + b"\1\0"
    plain = len(content).to_bytes(4, "little") + content
    plain += bytes(LEAF - 64 - len(plain))
    nonce, tag, sealed = seal(secret, 1, vault + head, plain)
    leaf = head + bytes(6) + nonce + tag + sealed
    shard = leaf + hashlib.sha256(b"\0" + leaf).digest()
    check = hashlib.sha256(b"varve recovery 1" + seed).digest()[:4]
    letters = base32(seed + check)
    data = {j: end_leaves(bytes(((2 * j + 1) * n + j) & 255 for n in range(256)) * (254 * 16))
            for j in range(4)}
    parity = {n: make_shard(4, 2, data, n) for n in (4, 5)}
    assert make_shard(4, 2, {0: data[0], 3: data[3], **parity}, 1) == data[1]
    computed = {
        "seed": seed.hex(),
        "did": did(public),
        "recovery key": "varve-recovery-1-" + "-".join(re.findall(".{1,6}", letters)),
        "signature": sign(seed, b"varve record 1", b"bytes").hex(),
        "secret": secret.hex(),
        "key of shards": derive(secret, 1).hex(),
        "key of nonces": derive(secret, 2).hex(),
        "name of a holder": hashlib.blake2b(b"/media/usb", digest_size=16,
                                            key=derive(secret, 3)).hexdigest(),
        "vault": cid_text(vault),
        "epoch": cid_text(epoch),
        "nonce": nonce.hex(),
        "tag": tag.hex(),
        "root": tree([hashlib.sha256(b"\0" + leaf).digest()]).hex(),
        "shard": cid_text(cid(0x55, shard)),
        "root of five": tree([bytes([i]) * 32 for i in range(5)]).hex(),
        "rows of 4+2": " ".join(bytes(row).hex() for row in stripe_rows(4, 2)[4:]),
        "parity 4": cid_text(cid(0x55, parity[4])),
        "parity 5": cid_text(cid(0x55, parity[5])),
    }
    for name, value in computed.items():
        if said.get(name) != value:
            print("%-18s%s" % (name, value))
    if said != computed:
        sys.exit("the worked example is not what these bytes are")


if __name__ == "__main__":
    if sys.argv[1] == "--example":
        example(sys.argv[2])
    else:
        read_vault(sys.argv[1], sys.argv[2], sys.argv[3:])
