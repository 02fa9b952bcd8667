"""Versions that expire by a policy. The program varve plans and applies."""
from __future__ import annotations

import datetime
import json
import os
import subprocess
import tempfile
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from varve_data.program import environment, program

from ._errors import Error, ProgramMissingError, RefusedError

if TYPE_CHECKING:
    from ._repo import Repo


class ExpireTable(NamedTuple):
    """A table in a plan. versions: how many it has; stay: how many of them stay, by the first reason ("last", "daily", ...,
    "named", "in use"); expire: how many expire; expired_earlier: how many are not stored any more.
    """

    path: str
    versions: int
    stay: dict[str, int]
    expire: int
    expired_earlier: int


class ExpiringVersion(NamedTuple):
    """A version that expires: the newest commit that has it, and the commit's date."""

    path: str
    commit: str
    date: datetime.datetime


class FreedPlace(NamedTuple):
    """A place at which a plan was applied. freed: the rows are gone there; reason: why not, or None; removable: when files of a
    store can be removed by applying the plan again, or None.
    """

    remote: str
    place: str
    freed: bool
    reason: str | None
    removable: datetime.datetime | None


class Expired(NamedTuple):
    """The result of a plan. versions: how many expired here; bytes: how many bytes were freed here."""

    versions: int
    bytes: int
    places: tuple[FreedPlace, ...]


def _run(folder: str, error: type[Error], *words: str) -> Any:
    path = program()
    if path is None:
        raise ProgramMissingError("the program varve is neither in this package nor on the PATH", "program-missing")
    env = dict(os.fsdecode(word).split("=", 1) for word in environment())
    done = subprocess.run((path, "-C", folder, "expire", "--json", *words), env=env, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode == 0:
        return json.loads(done.stdout)
    lines = done.stderr.decode("utf-8", "surrogateescape").splitlines()
    said = [line.removeprefix("varve: ") for line in lines if line.startswith("varve: ")]
    hints = [line.removeprefix("hint: ") for line in lines if line.startswith("hint: ")]
    raise error(said[-1] if said else "\n".join(lines), "refused" if error is RefusedError else "", "; ".join(hints))


def _time(word: str | None) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(word) if word else None


class ExpirePlan:
    """The versions that a policy does not keep. Nothing has changed yet: apply() removes their rows. keep: the policy; tables;
    versions: those that expire; bytes: about how many bytes would be freed here.
    """

    keep: str
    bytes: int
    tables: tuple[ExpireTable, ...]
    versions: tuple[ExpiringVersion, ...]

    def __init__(self, repo: Repo, plan: Any) -> None:
        self._repo = repo
        self._plan = plan
        self.keep = plan["keep"]
        self.bytes = plan["bytes"]
        self.tables = tuple(
            ExpireTable(t["path"], t["versions"], {why: n for why, n in t["stay"].items() if n}, t["expire"], t["expiredEarlier"])
            for t in plan["tables"]
        )
        self.versions = tuple(
            ExpiringVersion(v["path"], v["commit"], datetime.datetime.fromisoformat(v["date"])) for v in plan["versions"]
        )

    def __repr__(self) -> str:
        return f"<varve.ExpirePlan {self.keep}: {len(self.versions)} versions expire>"

    def apply(self, *, now: bool = False) -> Expired:
        """Removes the rows of these versions; commits stay. Can be repeated after an interruption. now: remove files of
        stores at once, not a week later; only if nothing else writes there. RefusedError: other versions would expire by
        now, or nothing may be removed; make a new plan.
        """
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "plan.json")
            with open(file, "w", encoding="utf-8", errors="surrogateescape") as f:
                json.dump(self._plan, f, ensure_ascii=False)
            done = _run(self._repo._folder, RefusedError, "--apply", file, *(["--now"] if now else []))
        places = (FreedPlace(p["remote"], p["place"], p["freed"], p["reason"], _time(p["removable"])) for p in done["freedPlaces"])
        return Expired(len(done["versions"]), done["bytes"], tuple(places))


def plan(repo: Repo, keep: str | None, paths: Iterable[str | os.PathLike[str]], remotes: Iterable[str]) -> ExpirePlan:
    words = [] if keep is None else ["--keep", keep]
    for name in remotes:
        words += ["--remote", name]
    return ExpirePlan(repo, _run(repo._folder, Error, *words, "--", *map(os.fspath, paths)))
