"""Errors: damage, and missing data. Each message begins with the file that it is about."""
import contextlib
import re
import struct
import zlib

import zstandard


class Damaged(Exception):
    """Bytes that do not match the format or their hash, or that a newer varve wrote."""


class Missing(Damaged):
    """A block, object or file that is named, but not found."""


# What reading malformed bytes raises anywhere below; all of it is damage.
_MALFORMED = (AttributeError, LookupError, ValueError, TypeError, OverflowError, RecursionError, re.error, struct.error,
              zlib.error, zstandard.ZstdError, StopIteration)


@contextlib.contextmanager
def within(where):
    """Puts `where`, usually a file, before the message of every error about damage."""
    try:
        yield
    except Damaged as e:
        raise type(e)(f"{where}: {e}") from None
    except _MALFORMED as e:
        raise Damaged(f"{where}: malformed ({type(e).__name__}: {e})") from None


@contextlib.contextmanager
def collected(errors, where=None):
    """Appends an error about damage to the list, and continues after the block. where: as for within."""
    try:
        with within(where) if where else contextlib.nullcontext():
            yield
    except Damaged as e:
        errors.append(e)
