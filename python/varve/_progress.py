"""Progress of long calls."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import _varve


@contextmanager
def progress(function: Callable[[str, int, int], Any]) -> Iterator[None]:
    """Within the block, long calls of this thread call function(what, done, total). what: the current step, such as
    "reading rows"; done and total: the finished and the whole amount of work; total is 0 if it is not known. The
    function is called about twenty times a second, and when a step begins or ends. If the function raises an exception,
    the call ends and changes nothing. The function must not use varve.
    """
    before = _varve.set_listener(function)
    try:
        yield
    finally:
        _varve.set_listener(before)
