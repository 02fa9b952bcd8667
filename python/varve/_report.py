"""Reports of checks."""
from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from . import _varve, _values
from ._errors import InvalidDataError, UsageError, raw, text


class Finding(NamedTuple):
    """A finding of a check. rule: the code of the rule, such as "type-error"; error: False for a warning; known: the
    previous version has the finding, too, or it was accepted; line is counted from 1, row from 0; either can be None;
    probably: the likely meaning of the value, such as "2024-01-01 as Excel's number".
    """

    rule: str
    error: bool
    known: bool
    path: str
    line: int | None
    row: int | None
    column: str | None
    value: str
    message: str
    probably: str | None = None


class Verdict(NamedTuple):
    """The verdict of one present rule on the version of a table in a commit. rule None: the verdict on the version
    itself, which precedes those of the rules; applies: False if the version lacks columns of the rule; found: the
    number of findings that count.
    """

    commit: str
    author: str
    time: datetime.datetime
    path: str
    rule: str | None
    name: str | None
    column: str | None
    message: str | None
    error: bool
    applies: bool
    found: int
    accepted: int


class Report:
    """The report of a check. valid: the verdict; errors, warnings, known, tables: counts; findings: the kept findings
    (16 MiB of them, and at least 1,000 of each rule).
    """

    valid: bool
    errors: int
    warnings: int
    known: int
    tables: int
    findings: list[Finding]

    def __init__(self, handle: _varve.Handle) -> None:
        self._handle = handle
        valid, self.errors, self.warnings, self.known, self.tables, found = _varve.report_facts(handle)
        self.valid = bool(valid)
        self.findings = [
            Finding(rule, bool(error), bool(known), path, line, row, column or None, value, message, probably or None)
            for rule, error, known, path, line, row, column, value, message, probably in found
        ]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_handle"}

    def __bool__(self) -> bool:
        return self.valid

    def raise_if_invalid(self) -> None:
        """Raises InvalidDataError with the report's findings if the data is not valid."""
        if self.valid:
            return
        worst = [f for f in self.findings if f.error and not f.known] or self.findings
        first = ""
        if worst:
            f = next((f for f in worst if f.row is not None), worst[0])  # a row says more than the whole table
            first = ", ".join(w for w in (f.path, f.line and f"line {f.line}", f.column and f"column {f.column}") if w)
            first = f": {first} {f.value} {f.message}"
        error = InvalidDataError(f"the data is not valid, {self.errors:,} errors{first}")
        error.findings = self.findings
        if worst:
            error.path, error.row, error.column = f.path, f.row, f.column
        raise error

    def render(self, format: str = "text") -> str:
        """The report as "text", "json", "junit", "sarif", "github", "gitlab", "markdown" or "html". UsageError: the
        report comes from another process, which sent only the verdict, the counts and the findings.
        """
        if "_handle" not in vars(self):
            raise UsageError("a report that was pickled cannot be rendered", "usage", "render it where the check ran")
        pieces: list[bytes] = []
        _varve.report_write(self._handle, raw(format), pieces.append)
        return text(b"".join(pieces))

    def __repr__(self) -> str:
        return f"<varve.Report {'valid' if self.valid else 'invalid'} {self.errors:,} errors, {self.warnings:,} warnings>"

    def _repr_html_(self) -> str:
        return _values.table_html(repr(self), Finding._fields, self.findings, len(self.findings))
