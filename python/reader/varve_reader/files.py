"""Reads files and folders."""
import os

from .errors import Missing


def read_bytes(path):
    """Returns all bytes of a file. Raises Missing if the file does not exist."""
    if not os.path.exists(path):
        raise Missing("missing")
    with open(path, "rb") as f:
        return f.read()


def read_text(path):
    """Returns the text of a file."""
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        return f.read()


def lines(path):
    """Returns the lines of a text file that are not empty; [] if the file does not exist."""
    text = read_bytes(path).decode("utf-8", "surrogateescape") if os.path.exists(path) else ""
    return [line for line in text.split("\n") if line]


def names(*folder):
    """Returns the names in a folder, sorted; [] if the folder does not exist."""
    return sorted(os.listdir(os.path.join(*folder))) if os.path.isdir(os.path.join(*folder)) else []
