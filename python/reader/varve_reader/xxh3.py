"""XXH3 of xxHash 0.8 in pure Python: 64 bits with a seed, 128 bits without one. Some 40 MB a second."""
import struct
from operator import xor

M32, M64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF
P32_1, P32_2, P32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
P64_1, P64_2, P64_3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P64_4, P64_5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
MX1, MX2 = 0x165667919E3779F9, 0x9FB21C651E98DF25
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8"
    "fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb17"
    "0ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")
WORDS = struct.unpack("<24Q", SECRET)
S = [int.from_bytes(SECRET[i:i + 8], "little") for i in range(185)]
START = (P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1)


def _word(data, at, size=8):
    return int.from_bytes(data[at:at + size], "little")


def _swap(n, size):
    return int.from_bytes(n.to_bytes(size, "little"), "big")


def _fold(a, b):
    product = a * b
    return (product & M64) ^ (product >> 64)


def _avalanche(h, first=37, one=MX1, second=32, two=1, third=64):
    h = (h & M64 ^ (h & M64) >> first) * one & M64
    h = (h ^ h >> second) * two & M64
    return h ^ h >> third


def _avalanche64(h):
    return _avalanche(h, 33, P64_2, 29, P64_3, 32)


def _mix16(data, at, secret, seed=0):
    return _fold(_word(data, at) ^ S[secret] + seed & M64, _word(data, at + 8) ^ S[secret + 8] - seed & M64)


def _combined(data):
    n = len(data)
    return data[0] << 16 | data[n >> 1] << 24 | data[n - 1] | n << 8


def _short64(data, seed):
    n = len(data)
    if n == 0:
        return _avalanche64(seed ^ S[56] ^ S[64])
    if n <= 3:
        return _avalanche64(_combined(data) ^ ((S[0] ^ S[4]) & M32) + seed & M64)
    if n <= 8:
        seed ^= _swap(seed & M32, 4) << 32
        h = _word(data, n - 4, 4) + (_word(data, 0, 4) << 32) ^ (S[8] ^ S[16]) - seed & M64
        h = (h ^ (h << 49 | h >> 15) ^ (h << 24 | h >> 40)) * MX2 & M64
        h = (h ^ (h >> 35) + n) * MX2 & M64
        return h ^ h >> 28
    low = _word(data, 0) ^ (S[24] ^ S[32]) + seed & M64
    high = _word(data, n - 8) ^ (S[40] ^ S[48]) - seed & M64
    return _avalanche(n + _swap(low, 8) + high + _fold(low, high))


def _medium64(data, seed):
    n = len(data)
    h = n * P64_1
    if n <= 128:
        for i in reversed(range((n - 1) // 32 + 1)):
            h += _mix16(data, 16 * i, 32 * i, seed) + _mix16(data, n - 16 * (i + 1), 32 * i + 16, seed)
        return _avalanche(h)
    h = _avalanche(h + sum(_mix16(data, i, i, seed) for i in range(0, 128, 16)))
    h += sum(_mix16(data, i, i - 125, seed) for i in range(128, n - 15, 16))
    return _avalanche(h + _mix16(data, n - 16, 119, seed))


def _stripes(acc, words, keys):
    """Adds whole stripes of 64 bytes, at most the 16 of a block."""
    n = len(words) // 8
    return [a + sum((x & M32) * (x >> 32) for x in map(xor, words[i::8], keys[i:i + n])) + sum(words[i ^ 1::8])
            for i, a in enumerate(acc)]


def _long(data, secret):
    keys = struct.unpack("<24Q", secret)
    acc, n = list(START), len(data)
    blocks = (n - 1) // 1024
    for b in range(blocks):
        acc = _stripes(acc, struct.unpack_from("<128Q", data, 1024 * b), keys)
        acc = [((a & M64) ^ (a & M64) >> 47 ^ k) * P32_1 & M64 for a, k in zip(acc, keys[16:])]
    rest = (n - 1 - 1024 * blocks) // 64
    acc = _stripes(acc, struct.unpack_from("<%dQ" % (8 * rest), data, 1024 * blocks), keys)
    acc = _stripes(acc, struct.unpack_from("<8Q", data, n - 64), struct.unpack_from("<8Q", secret, 121))
    return [a & M64 for a in acc]


def _merge(acc, secret, at, h):
    keys = struct.unpack_from("<8Q", secret, at)
    return _avalanche(h + sum(_fold(acc[i] ^ keys[i], acc[i + 1] ^ keys[i + 1]) for i in range(0, 8, 2)))


def xxh3_64(data, seed=0):
    """The 64-bit hash of bytes, as an integer."""
    n = len(data)
    if n <= 16:
        return _short64(data, seed)
    if n <= 240:
        return _medium64(data, seed)
    secret = SECRET
    if seed:
        secret = struct.pack("<24Q", *((w - seed if i & 1 else w + seed) & M64 for i, w in enumerate(WORDS)))
    return _merge(_long(data, secret), secret, 11, n * P64_1)


def _short128(data):
    n = len(data)
    if n == 0:
        return _avalanche64(S[64] ^ S[72]), _avalanche64(S[80] ^ S[88])
    if n <= 3:
        low = _combined(data)
        high = _swap(low, 4)
        high = (high << 13 | high >> 19) & M32
        return _avalanche64(low ^ (S[0] ^ S[4]) & M32), _avalanche64(high ^ (S[8] ^ S[12]) & M32)
    if n <= 8:
        product = (_word(data, 0, 4) + (_word(data, n - 4, 4) << 32) ^ S[16] ^ S[24]) * (P64_1 + (n << 2))
        low, high = product & M64, product >> 64
        high = high + (low << 1) & M64
        return _avalanche(low ^ high >> 3, 35, MX2, 28), _avalanche(high)
    last = _word(data, n - 8)
    product = (_word(data, 0) ^ last ^ S[32] ^ S[40]) * P64_1
    low = (product & M64) + (n - 1 << 54) & M64
    last ^= S[48] ^ S[56]
    high = (product >> 64) + last + (last & M32) * (P32_2 - 1) & M64
    product = (low ^ _swap(high, 8)) * P64_2
    return _avalanche(product), _avalanche((product >> 64) + high * P64_2)


def _medium128(data):
    n, high = len(data), 0
    if n <= 128:
        steps = [(16 * i, n - 16 * (i + 1), 32 * i) for i in reversed(range((n - 1) // 32 + 1))]
    else:
        steps = [(i, i + 16, i if i < 128 else i - 125) for i in range(0, n - 31, 32)] + [(n - 16, n - 32, 103)]
    low = n * P64_1 & M64
    for number, (one, two, secret) in enumerate(steps):
        if number == 4 and n > 128:
            low, high = _avalanche(low), _avalanche(high)
        low = (low + _mix16(data, one, secret) & M64) ^ (_word(data, two) + _word(data, two + 8) & M64)
        high = (high + _mix16(data, two, secret + 16) & M64) ^ (_word(data, one) + _word(data, one + 8) & M64)
    return _avalanche(low + high), -_avalanche(low * P64_1 + high * P64_4 + n * P64_2) & M64


def xxh3_128(data):
    """The 128-bit hash of bytes, as varve writes it: the low half, then the high half, least byte first."""
    n = len(data)
    if n <= 240:
        low, high = _short128(data) if n <= 16 else _medium128(data)
    else:
        acc = _long(data, SECRET)
        low, high = _merge(acc, SECRET, 11, n * P64_1), _merge(acc, SECRET, 117, ~(n * P64_2) & M64)
    return struct.pack("<2Q", low, high)
