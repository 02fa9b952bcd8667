"""XXH3 (store.md, "Conventions")."""
import xxhash


def xxh3_64(data, seed=0):
    """The 64-bit hash of bytes, as an integer."""
    return xxhash.xxh3_64_intdigest(data, seed)


def xxh3_128(data):
    """The 128-bit hash of bytes, as varve writes it: the low half, then the high half, least byte first."""
    return xxhash.xxh3_128_digest(data)[::-1]
