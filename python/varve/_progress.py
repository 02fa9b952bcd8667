"""How far long calls are."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import _varve


@contextmanager
def progress(function: Callable[[str, int, int], Any]) -> Iterator[None]:
    """Within the block, long calls of this thread call function(what, done, total): what is done, such as "reading rows", and
    how far it is; total is 0 where it is not known. About twenty times a second, and where something begins or ends.

    An exception of the function ends the call and leaves everything as it was. The function must not use varve.
    """
    before = _varve.set_listener(function)
    try:
        yield
    finally:
        _varve.set_listener(before)
