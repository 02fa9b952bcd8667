"""Exceptions. The module _varve makes each of its errors with make()."""
from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from . import _hints


class Error(Exception):
    """What libvarve reports.

    code: the error's name, such as "not-found"; hint: what may help, or ""; message: what happened; path, row (from 0) and
    column: where, None where the error is of no single one.
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
    """No such repository, path, revision, column or row. It is a KeyError, too."""


class MissingBlocksError(Error):
    """A block or commit is not in this repository."""


class LockedError(Error):
    """Another process or handle holds the lock."""


class InvalidDataError(Error):
    """Data that cannot be read, or that does not pass a check: then findings has what is wrong."""

    findings: list[Any]

    def __init__(self, message: str, code: str = "input", hint: str = "") -> None:
        super().__init__(message, code, hint)
        self.findings = []


class RefusedError(Error):
    """A policy, a hook or a limit forbids it."""


class UsageError(Error, ValueError):
    """An argument is invalid, or does not fit what it is used with."""


class SchemaMismatchError(Error):
    """Columns of data that is written are not those of the table."""


class ConflictError(Error):
    """Something changed meanwhile."""


class MergeConflictError(ConflictError):
    """A merge that cannot decide: cells has what both sides changed, as Repo.conflicts lists it."""

    cells: list[Any]

    def __init__(self, message: str, code: str = "conflict", hint: str = "") -> None:
        super().__init__(message, code, hint)
        self.cells = []


class PushRejectedError(Error):
    """Another repository does not accept a push: it has commits that are not here, or rules of its own."""


class ProgramMissingError(Error):
    """A program that the call needs is not on the PATH: git for Git hosts, hooks' and signing programs, ssh."""


class AuthError(Error):
    """A remote requires a login, or does not accept the one that was given."""


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


def make(code: str, message: bytes, hint: bytes, name: str | None = None, args: tuple[bytes, ...] = ()) -> Error:
    """The exception of an error of the library. name and args: of a hint that is a code."""
    said = _hints.words(name, [text(a) for a in args]) if name else text(hint)
    return CLASSES.get(code, Error)(text(message), code, said)


@contextlib.contextmanager
def about(path: str | os.PathLike[str]) -> Iterator[None]:
    """What fails within is of this path."""
    try:
        yield
    except Error as e:
        e.path = os.fspath(path) if e.path is None else e.path
        raise


def text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def raw(words: str) -> bytes:
    """The bytes of a text, of a name that is not UTF-8 too."""
    if not isinstance(words, str):
        raise TypeError(f"expected str, not {type(words).__name__}")
    return words.encode("utf-8", "surrogateescape")
