"""What goes wrong: damage, and what is not there. Each message begins with the file it is about."""
import contextlib
import re
import struct
import zlib

import zstandard


class Damaged(Exception):
    """Bytes that are not what the format or their hash says, or that a newer varve wrote."""


class Missing(Damaged):
    """A block, object or file that something names and that is not here."""


# What reading malformed bytes raises anywhere below; all of it is damage.
_MALFORMED = (AttributeError, LookupError, ValueError, TypeError, OverflowError, RecursionError, re.error, struct.error,
              zlib.error, zstandard.ZstdError)


@contextlib.contextmanager
def within(where):
    """Puts where, usually a file, in front of every error about damage."""
    try:
        yield
    except Damaged as e:
        raise type(e)(f"{where}: {e}") from None
    except _MALFORMED as e:
        raise Damaged(f"{where}: malformed ({type(e).__name__}: {e})") from None


@contextlib.contextmanager
def collected(errors, where=None):
    """Damage becomes an entry of a list, after which it goes on; where as of within."""
    try:
        with within(where) if where else contextlib.nullcontext():
            yield
    except Damaged as e:
        errors.append(e)
