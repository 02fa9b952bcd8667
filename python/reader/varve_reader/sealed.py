"""Reads keys, and opens sealed bytes and shards of a vault (vault.md, "Keys", "Sealing", "Shard", "Stripe")."""
import base64
import getpass
import hashlib
import os
import re

import nacl.bindings as sodium
import nacl.exceptions
import nacl.signing

from .errors import Damaged

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LEAF, FULL = 4096, 254
SHARDS, PLACES, EPOCHS = 1, 1, 4


def did(public):
    """Returns the name of a public key, without "did:key:"."""
    n, text = int.from_bytes(b"\xed\x01" + public, "big"), ""
    while n:
        n, digit = divmod(n, 58)
        text = BASE58[digit] + text
    return "z" + text


def read_key(path):
    """Returns the seed in a key file, or in a file with a recovery key."""
    with open(path, encoding="ascii", errors="replace") as f:
        text = f.read()
    if re.match(r"(?i)\s*varve-recovery-1-", text):
        letters = re.sub(r"[\s-]", "", text).upper()[len("VARVERECOVERY1"):]
        data = base64.b32decode(letters + "=" * (-len(letters) % 8))
        if hashlib.sha256(b"varve recovery 1" + data[:32]).digest()[:4] != data[32:36]:
            raise Damaged("a recovery key with a letter that is wrong")
        return data[:32]
    lines = text.split("\n")
    if lines[0] != "varve key 1" or len(lines) < 3:
        raise Damaged("not a key of varve")
    kind, *words = lines[2].split(" ")
    if kind == "plain":
        seed = bytes.fromhex(words[0])
    else:
        salt, nonce, sealed = map(bytes.fromhex, words[2:])
        key = sodium.crypto_pwhash_alg(32, _passphrase(), salt, int(words[0]), int(words[1]) * 1024,
                                       sodium.crypto_pwhash_ALG_ARGON2ID13)
        seed = _open(sealed, "\n".join(lines[:2]).encode() + b"\n", nonce, key)
    if lines[1] != "did:key:" + did(sodium.crypto_sign_seed_keypair(seed)[0]):
        raise Damaged("the key is not that of its second line")
    return seed


def _passphrase():
    path = os.environ.get("VARVE_PASSPHRASE_FILE")
    if not path:
        return getpass.getpass("passphrase: ").encode()
    with open(path, "rb") as f:
        return f.readline().rstrip(b"\r\n")


def _open(sealed, ad, nonce, key):
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, ad, nonce, key)
    except nacl.exceptions.CryptoError:
        raise Damaged("sealed bytes that cannot be opened") from None


def signed(public, signature, data):
    """Raises Damaged if this is not the key's signature of the data."""
    try:
        nacl.signing.VerifyKey(public).verify(data, signature)
    except nacl.exceptions.CryptoError:
        raise Damaged("the signature is wrong") from None


def unbox(seed, box):
    """Returns the content of a sealed box; None if the box was not made for this key."""
    public, secret = sodium.crypto_sign_seed_keypair(seed)
    try:
        return sodium.crypto_box_seal_open(box, sodium.crypto_sign_ed25519_pk_to_curve25519(public),
                                           sodium.crypto_sign_ed25519_sk_to_curve25519(secret))
    except nacl.exceptions.CryptoError:
        return None


def _derive(secret, number):
    return hashlib.blake2b(b"", digest_size=32, key=secret, salt=number.to_bytes(8, "little"), person=b"varve  1").digest()


def unseal(secret, use, nonce, tag, ad, data):
    """Decrypts sealed bytes. Raises Damaged if the nonce is not the one that is computed from the content."""
    plain = _open(data + tag, ad, nonce, _derive(secret, use))
    h = hashlib.blake2b(b"varve nonce 1" + len(ad).to_bytes(8, "little") + ad + plain, digest_size=24,
                        key=_derive(secret, use + 1))
    if h.digest() != nonce:
        raise Damaged("a nonce that its bytes do not determine")
    return plain


def _tree(hashes):
    """Computes the root of a Merkle tree over hashes (RFC 6962, section 2.1)."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + _tree(hashes[:k]) + _tree(hashes[k:])).digest()


def open_shard(data, vault, secrets, leaves, root):
    """Returns the content of a shard, which must have this number of leaves and this root."""
    hashes = [hashlib.sha256(b"\0" + data[i:i + LEAF]).digest() for i in range(0, leaves * LEAF, LEAF)]
    if data[:8] != b"VVSHARD\1" or int.from_bytes(data[16:18], "little") != leaves or data[18:24] != bytes(6):
        raise Damaged("not a shard of version 1")
    if len(data) != leaves * (LEAF + 32) or b"".join(hashes) != data[leaves * LEAF:] or _tree(hashes) != root:
        raise Damaged("the shard's trailer or root is wrong")
    if data[8:16] not in secrets:
        raise Damaged("of an epoch that the key does not open")
    plain = unseal(secrets[data[8:16]], SHARDS, data[24:48], data[48:64], vault + data[:18], data[64:leaves * LEAF])
    n = int.from_bytes(plain[:4], "little")
    if any(plain[4 + n:]):
        raise Damaged("the shard's padding is not zero")
    return plain[4:4 + n]


def _field():
    power, x = [], 1
    for _ in range(255):
        power.append(x)
        x = x << 1 ^ (0x11D if x & 128 else 0)
    return power * 2, {x: i for i, x in enumerate(power)}


POWER, LOG = _field()


def _times(a, b):
    return POWER[LOG[a] + LOG[b]] if a and b else 0


def _inverse(a):
    return POWER[255 - LOG[a]]


def _solve(rows, wanted):
    """Returns factors x for which the sum of x[i] * rows[i] is wanted, by Gaussian elimination."""
    k = len(rows)
    left = [[rows[i][j] for i in range(k)] + [wanted[j]] for j in range(k)]
    for at in range(k):
        pivot = next(i for i in range(at, k) if left[i][at])
        left[at], left[pivot] = left[pivot], left[at]
        left[at] = [_times(_inverse(left[at][at]), x) for x in left[at]]
        for i in range(k):
            if i != at and left[i][at]:
                left[i] = [x ^ _times(left[i][at], y) for x, y in zip(left[i], left[at])]
    return [line[k] for line in left]


def make_shard(k, m, there, wanted):
    """Computes the shard with number `wanted` of a stripe. there: number -> shard, for at least k shards of the stripe."""
    rows = [[int(i == j) for j in range(k)] for i in range(k)] + [[_inverse(k + i ^ j) for j in range(k)] for i in range(m)]
    numbers = sorted(there)[:k]
    total = 0
    for factor, n in zip(_solve([rows[n] for n in numbers], rows[wanted]), numbers):
        table = bytes(_times(factor, x) for x in range(256))
        total ^= int.from_bytes(there[n][:FULL * LEAF].translate(table), "big")
    body = total.to_bytes(FULL * LEAF, "big")
    return body + b"".join(hashlib.sha256(b"\0" + body[i:i + LEAF]).digest() for i in range(0, len(body), LEAF))
