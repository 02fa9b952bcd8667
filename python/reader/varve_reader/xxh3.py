"""Computes XXH3 hashes (store.md, "Conventions")."""
import xxhash


def xxh3_64(data, seed=0):
    """Returns the 64-bit hash of bytes, as an integer."""
    return xxhash.xxh3_64_intdigest(data, seed)


def xxh3_128(data):
    """Returns the 128-bit hash of bytes as varve stores it: low half, then high half, least significant byte first."""
    return xxhash.xxh3_128_digest(data)[::-1]
