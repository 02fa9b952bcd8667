"""Hints that libvarve has as codes (docs/hints.md), in the words of this package. Codes of things that it has no
calls for have no words here: the message stands alone."""
from __future__ import annotations

FETCH = "Repo.fetch_data() gets the blocks from the remotes"
FILE = "Repo.put(path, data) takes any bytes; 'varve add --as file' keeps them as they are"
FSCK = "'varve fsck' lists what is damaged or missing"

# {0} to {2}: the arguments
WORDS = {
    "add-and-name": "store a version with Repo.put() or Repo.write(); then name it as REV:PATH",
    "add-fix": "'varve add --fix {0}' merges both sides by row and cell",
    "add-key": "name the columns that identify rows with key= of Repo.put() or Repo.write()",
    "add-table": "the work tree has the table: Repo.put({0!r}, data) stores a version",
    "as-file": FILE,
    "as-file-blank": f"take them out; {FILE}",
    "as-file-large": FILE,
    "as-file-whole": FILE,
    "as-table": "it is stored as a file, not as a table",
    "behind": "Repo.push({0!r}, [{1!r}]) in a clone that has the blocks sends them",
    "clean": "mend the data, or read it with another tool first",
    "clean-changed": "mend the data, or go back to the last version",
    "clean-header": "the first line must be the header, with all columns",
    "conflicts": "Repo.conflicts() lists them",
    "conflicts-and-resolve": "Repo.conflicts() lists them, Repo.resolve() decides them",
    "conflicts-list": "Repo.conflicts() lists them",
    "conflicts-of": "Repo.conflicts() lists them",
    "conflicts-show": "Repo.conflicts() lists them",
    "convert-or-bytes": "write the file as UTF-8",
    "convert-utf8": "write the file as UTF-8, which has all characters",
    "fetch-all": FETCH,
    "fetch-and-restore": FETCH,
    "fetch-both": FETCH,
    "fetch-data": "Repo.fetch_data({0!r}, {1!r}) gets its blocks from the remotes",
    "fetch-from": "another repository may have them: varve.clone(), or 'varve fetch --data --from URL'",
    "fsck": FSCK,
    "fsck-data": FSCK,
    "fsck-missing": FSCK,
    "init": "'varve init' makes one",
    "log": "another program committed here: look at Repo.log() and try again",
    "log-path": "Repo.log(path={0!r}) lists the versions that have it",
    "merge-again": "columns are decided first: Repo.abort() and merge again",
    "order-key": "name the columns that identify a row with key=",
    "pack-damaged": "the pack '{0}' is damaged and may have had it: see 'varve fsck'",
    "pull": "Repo.pull() does that",
    "push-head": "Repo.push({0!r}, ['HEAD:{1}'])",
    "push-to": "Repo.push(remote, ['{0}:refs/heads/NAME'])",
    "push-upstream": "Repo.push({0!r}, [{1!r}], set_upstream=True)",
    "remote-add": "'git remote add {0} URL' makes it",
    "remote-add-or-url": "'git remote add origin URL' makes one, or name a URL",
    "remotes": "name one: 'git remote -v' lists them",
    "resolve": "Repo.conflicts() lists them, Repo.resolve() decides them",
    "resolve-and-add": "Repo.resolve() decides the conflicts; Repo.status() lists them",
    "resolve-first": "Repo.resolve() decides it",
    "set-upstream": "Repo.push(set_upstream=True) sets it, or 'git branch --set-upstream-to=REMOTE/BRANCH'",
    "status": "Repo.status() lists staged changes",
    "take-or-add": "take it as a whole with Repo.resolve()",
    "versions": "Repo.log() lists versions, Repo.branches() and Repo.tags() the names of some",
    "whole-or-edit": "Repo.resolve(path, side) takes the whole table",
    "whole-or-row": "Repo.resolve(path, side) takes the whole table",
}


def words(name: str, args: list[str]) -> str:
    """The sentence of a hint; "" where there is none."""
    return WORDS.get(name, "").format(*args)
