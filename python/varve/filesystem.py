"""Versions as files for programs that open files with fsspec: varve://REPOSITORY:REVISION@PATH, read-only."""
from __future__ import annotations

import io
import os
import re
from typing import Any

import fsspec

from . import _varve, _values
from ._errors import NotFoundError, path_bytes, raw
from ._repo import Repo

SCHEME = "varve://"


def _parts(url: str) -> tuple[str | None, str | None, str]:
    """The repository, the revision and the path. Without ':' or '@', the corresponding part is missing."""
    rest = url.removeprefix(SCHEME)
    repo: str | None = None
    rev: str | None = None
    drive = re.match(r"[A-Za-z]:(?=[\\/].*:)", rest) if os.name == "nt" else None
    if drive:
        repo, rest = rest[2:].split(":", 1)
        repo = drive[0] + repo
    elif ":" in rest:
        repo, rest = rest.split(":", 1)
    if "@" in rest:
        rev, rest = rest.split("@", 1)
    return repo or None, rev or None, rest.strip("/")


class VarveFileSystem(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """The files of a revision (rev; default: HEAD) in the repository that contains the folder repo (default: "."). The
    revision is resolved once, so that all files belong to one commit.
    """

    protocol = "varve"
    root_marker = ""

    def __init__(
        self, repo: str | os.PathLike[str] = ".", rev: str = "HEAD", *, unsigned: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        self._repo = Repo(repo, unsigned=unsigned)
        self.commit_id = self._repo.rev_parse(rev)

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        return [cls._strip_protocol(p) for p in path] if isinstance(path, list) else _parts(os.fspath(path))[2]

    @staticmethod
    def _get_kwargs_from_urls(path: str) -> dict[str, str]:
        repo, rev, _ = _parts(path)
        return {name: word for name, word in (("repo", repo), ("rev", rev)) if word is not None}

    def _entries(self) -> dict[str, dict[str, Any]]:
        """All files and folders."""
        found: dict[str, dict[str, Any]] = {"": {"name": "", "type": "directory", "size": 0}}
        for version in _values.items(_varve.versions(self._repo._handle, raw(self.commit_id))):
            path, size = version[4], version[7]
            found[path] = {"name": path, "type": "file", "size": size}
            while "/" in path:
                path = path.rpartition("/")[0]
                found[path] = {"name": path, "type": "directory", "size": 0}
        return found

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """The files and folders of a folder, or a single file."""
        entries, name = self._entries(), self._strip_protocol(path)
        if name not in entries:
            raise FileNotFoundError(path)
        found = [e for p, e in entries.items() if p and p.rpartition("/")[0] == name]
        if entries[name]["type"] == "file":
            found = [entries[name]]
        return found if detail else [e["name"] for e in found]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """The name, type and size of a file or folder."""
        name = self._strip_protocol(path)
        entry = self._entries().get(name)
        if entry is None:
            raise FileNotFoundError(path)
        return {**entry, "size": len(self._read(name))} if entry["size"] is None else entry

    def _read(self, path: str) -> bytes:
        pieces: list[bytes] = []
        try:
            version = _varve.version_at(self._repo._handle, raw(self.commit_id), path_bytes(path))
        except NotFoundError as e:
            raise FileNotFoundError(str(e)) from e
        _varve.version_write(version, pieces.append)
        return b"".join(pieces)

    def _open(self, path: str, mode: str = "rb", **_: Any) -> io.BytesIO:
        if mode != "rb":
            raise NotImplementedError("versions are read only: Repo.write() commits a table")
        return io.BytesIO(self._read(self._strip_protocol(path)))
