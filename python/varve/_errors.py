"""Exceptions. The module _varve makes each of its errors with make()."""
from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from . import _hints


class Error(Exception):
    """An error of libvarve. code: the name of the error, such as "not-found"; message: what happened; hint: what may
    help, or ""; path, row (from 0) and column: the place of the error; None if the error is not about a single one.
    """

    code: str
    hint: str
    message: str
    path: str | None = None
    row: int | None = None
    column: str | None = None

    def __init__(self, message: str, code: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> Any:
        return type(self), (self.message, self.code, self.hint), self.__dict__.copy()


class NotFoundError(Error, KeyError):
    """No such repository, path, revision, column or row. Also a KeyError."""


class MissingBlocksError(Error):
    """A block or commit is not in this repository. gap: why the rows of a version are missing: "fetchable" (a fetch may get
    them), "expired" (they were removed by a policy, which the message names) or "lost"; None if that is not known.
    """

    gap: str | None = None


class LockedError(Error):
    """Another process or handle holds the lock."""


class InvalidDataError(Error):
    """Data cannot be read, or fails a check; after a check, findings lists the problems."""

    findings: list[Any]

    def __init__(self, message: str, code: str = "input", hint: str = "") -> None:
        super().__init__(message, code, hint)
        self.findings = []


class RefusedError(Error):
    """A policy, a hook or a limit forbids the call."""


class UsageError(Error, ValueError):
    """An argument is invalid, or does not suit the object that it is used with."""


class SchemaMismatchError(Error):
    """The columns of the data to write are not those of the table."""


class ConflictError(Error):
    """Another process changed something in the meantime."""


class MergeConflictError(ConflictError):
    """A merge has conflicts. cells lists the cells that both sides changed, as Repo.conflicts() does."""

    cells: list[Any]

    def __init__(self, message: str, code: str = "conflict", hint: str = "") -> None:
        super().__init__(message, code, hint)
        self.cells = []


class PushRejectedError(Error):
    """Another repository does not accept a push: it has commits that are not here, or its rules forbid the push."""


class ProgramMissingError(Error):
    """A program that the call needs is not on the PATH: git (for Git hosts), a program of a hook, a signing program, or
    ssh.
    """


class AuthError(Error):
    """A remote requires a login, or does not accept the given login."""


class CorruptError(Error):
    """Stored bytes are damaged."""


CLASSES: dict[str, type[Error]] = {
    "not-found": NotFoundError,
    "missing": MissingBlocksError,
    "locked": LockedError,
    "input": InvalidDataError,
    "refused": RefusedError,
    "usage": UsageError,
    "conflict": ConflictError,
    "corrupt": CorruptError,
    "rejected": PushRejectedError,
    "schema": SchemaMismatchError,
    "program-missing": ProgramMissingError,
    "auth": AuthError,
}


GAPS = (None, "fetchable", "expired", "lost")


def make(
    code: str, message: bytes, hint: bytes, name: str | None = None, args: tuple[bytes, ...] = (), gap: int = 0
) -> Error:
    """The exception for an error of the library. name and args: the code of the hint, and its arguments."""
    said = _hints.words(name, [text(a) for a in args]) if name else text(hint)
    error = CLASSES.get(code, Error)(text(message), code, said)
    if isinstance(error, MissingBlocksError) and 0 < gap < len(GAPS):
        error.gap = GAPS[gap]
    return error


@contextlib.contextmanager
def about(path: str | os.PathLike[str]) -> Iterator[None]:
    """Within the block, errors get this path."""
    try:
        yield
    except Error as e:
        e.path = os.fspath(path) if e.path is None else e.path
        raise


def text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def raw(words: str) -> bytes:
    """The bytes of a text, also of a name that is not UTF-8."""
    if not isinstance(words, str):
        raise TypeError(f"expected str, not {type(words).__name__}")
    return words.encode("utf-8", "surrogateescape")


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a path, with '/' between its parts also on Windows."""
    word = os.fsencode(path)
    return word.replace(b"\\", b"/") if os.name == "nt" else word
