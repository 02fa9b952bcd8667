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
START = (P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1)


def _r32(data, at):
    return int.from_bytes(data[at:at + 4], "little")


def _r64(data, at):
    return int.from_bytes(data[at:at + 8], "little")


def _swap(n, size):
    return int.from_bytes(n.to_bytes(size, "little"), "big")


def _fold(a, b):
    product = a * b
    return (product & M64) ^ (product >> 64)


def _avalanche(h):
    h ^= h >> 37
    h = h * MX1 & M64
    return h ^ h >> 32


def _avalanche64(h):
    h ^= h >> 33
    h = h * P64_2 & M64
    h ^= h >> 29
    h = h * P64_3 & M64
    return h ^ h >> 32


def _mix16(data, at, secret, seed=0):
    return _fold(_r64(data, at) ^ (_r64(SECRET, secret) + seed & M64),
                 _r64(data, at + 8) ^ (_r64(SECRET, secret + 8) - seed & M64))


def _combined(data):
    n = len(data)
    return data[0] << 16 | data[n >> 1] << 24 | data[n - 1] | n << 8


def _short64(data, seed):
    n = len(data)
    if n == 0:
        return _avalanche64(seed ^ WORDS[7] ^ WORDS[8])
    if n <= 3:
        return _avalanche64(_combined(data) ^ ((_r32(SECRET, 0) ^ _r32(SECRET, 4)) + seed & M64))
    if n <= 8:
        seed ^= _swap(seed & M32, 4) << 32
        h = (_r32(data, n - 4) + (_r32(data, 0) << 32)) ^ ((WORDS[1] ^ WORDS[2]) - seed & M64)
        h ^= ((h << 49 | h >> 15) ^ (h << 24 | h >> 40)) & M64
        h = h * MX2 & M64
        h ^= (h >> 35) + n
        h = h * MX2 & M64
        return h ^ h >> 28
    low = _r64(data, 0) ^ ((WORDS[3] ^ WORDS[4]) + seed & M64)
    high = _r64(data, n - 8) ^ ((WORDS[5] ^ WORDS[6]) - seed & M64)
    return _avalanche(n + _swap(low, 8) + high + _fold(low, high) & M64)


def _medium64(data, seed):
    n = len(data)
    h = n * P64_1
    if n <= 128:
        for i in reversed(range((n - 1) // 32 + 1)):
            h += _mix16(data, 16 * i, 32 * i, seed) + _mix16(data, n - 16 * (i + 1), 32 * i + 16, seed)
        return _avalanche(h & M64)
    for i in range(8):
        h += _mix16(data, 16 * i, 16 * i, seed)
    h = _avalanche(h & M64)
    for i in range(8, n // 16):
        h += _mix16(data, 16 * i, 16 * (i - 8) + 3, seed)
    return _avalanche(h + _mix16(data, n - 16, 119, seed) & M64)


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
    for i in range(4):
        h += _fold(acc[2 * i] ^ _r64(secret, at + 16 * i), acc[2 * i + 1] ^ _r64(secret, at + 16 * i + 8))
    return _avalanche(h & M64)


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
        return _avalanche64(WORDS[8] ^ WORDS[9]), _avalanche64(WORDS[10] ^ WORDS[11])
    if n <= 3:
        low = _combined(data)
        high = _swap(low, 4)
        high = (high << 13 | high >> 19) & M32
        return (_avalanche64(low ^ _r32(SECRET, 0) ^ _r32(SECRET, 4)),
                _avalanche64(high ^ _r32(SECRET, 8) ^ _r32(SECRET, 12)))
    if n <= 8:
        product = (_r32(data, 0) + (_r32(data, n - 4) << 32) ^ WORDS[2] ^ WORDS[3]) * (P64_1 + (n << 2))
        low, high = product & M64, product >> 64
        high = high + (low << 1) & M64
        low ^= high >> 3
        low = (low ^ low >> 35) * MX2 & M64
        return low ^ low >> 28, _avalanche(high)
    last = _r64(data, n - 8)
    product = (_r64(data, 0) ^ last ^ WORDS[4] ^ WORDS[5]) * P64_1
    low = (product & M64) + (n - 1 << 54) & M64
    last ^= WORDS[6] ^ WORDS[7]
    high = (product >> 64) + last + (last & M32) * (P32_2 - 1) & M64
    product = (low ^ _swap(high, 8)) * P64_2
    return _avalanche(product & M64), _avalanche((product >> 64) + high * P64_2 & M64)


def _medium128(data):
    n = len(data)
    low, high = n * P64_1 & M64, 0

    def mix(one, two, secret):
        nonlocal low, high
        low = (low + _mix16(data, one, secret) & M64) ^ (_r64(data, two) + _r64(data, two + 8) & M64)
        high = (high + _mix16(data, two, secret + 16) & M64) ^ (_r64(data, one) + _r64(data, one + 8) & M64)

    if n <= 128:
        for i in reversed(range((n - 1) // 32 + 1)):
            mix(16 * i, n - 16 * (i + 1), 32 * i)
    else:
        for i in range(0, 128, 32):
            mix(i, i + 16, i)
        low, high = _avalanche(low), _avalanche(high)
        for i in range(128, n - 31, 32):
            mix(i, i + 16, i - 125)
        mix(n - 16, n - 32, 103)
    return _avalanche(low + high & M64), -_avalanche(low * P64_1 + high * P64_4 + n * P64_2 & M64) & M64


def xxh3_128(data):
    """The 128-bit hash of bytes, as varve writes it: the low half, then the high half, least byte first."""
    n = len(data)
    if n <= 240:
        low, high = _short128(data) if n <= 16 else _medium128(data)
    else:
        acc = _long(data, SECRET)
        low, high = _merge(acc, SECRET, 11, n * P64_1), _merge(acc, SECRET, 117, ~(n * P64_2) & M64)
    return struct.pack("<2Q", low, high)
