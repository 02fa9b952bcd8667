"""Files and folders."""
import os

from .errors import Missing


def read_bytes(path):
    """All bytes of a file; one that is not there is Missing."""
    if not os.path.exists(path):
        raise Missing("missing")
    with open(path, "rb") as f:
        return f.read()


def read_text(path):
    """A file's text."""
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        return f.read()


def lines(path):
    """The lines of a text that are not empty; none if it is not there."""
    text = read_bytes(path).decode("utf-8", "surrogateescape") if os.path.exists(path) else ""
    return [line for line in text.split("\n") if line]


def names(*folder):
    """The names in a folder, sorted; none if it is not there."""
    return sorted(os.listdir(os.path.join(*folder))) if os.path.isdir(os.path.join(*folder)) else []
