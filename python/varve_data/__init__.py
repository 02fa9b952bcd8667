"""What varve's programs run by python3: readers of documents and of other tools' rules. Not in the package varve, since PyPI's
varve is another project's, which may be what that name means here."""
import io
import os
import sys


def print_utf8() -> None:
    """What is printed is UTF-8 with LF on Windows, too."""
    for stream in (sys.stdout, sys.stderr):
        if os.name == "nt" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
