"""The hints that libvarve returns as codes (./dev hints lists them), in the words of this package. For a code without
words, only the message is shown.
"""
from __future__ import annotations

import shlex

FETCH = "Repo.fetch_data() gets the blocks from the remotes"
FILE = "Repo.put(path, data) takes any bytes; 'varve add --as file {0}' keeps them as they are"
FSCK = "'varve fsck' lists what is damaged or missing"

# {0} to {2}: the arguments, as words of a shell; {0!s}, {0!r}: as they are, and in Python's form
WORDS = {
    "add": "Repo.put({0!r}, data) stores a version",
    "add-as-csv": "unpack it first, or: 'varve add --as-csv {0}'",
    "add-as-file": "Repo.put() keeps any bytes; 'varve add --as file {0}' keeps versions of big files small",
    "add-as-table": "'varve add --as table {0}' makes a table of it",
    "add-key": "name the columns that identify rows with key= of Repo.put() or Repo.write()",
    "add-key-found": "name it with key= of Repo.put() or Repo.write()",
    "add-no-key": "use 'varve add --no-key' if the table has no key",
    "add-or-abort": "Repo.resolve() decides it; Repo.abort() undoes the merge",
    "add-or-fix": "Repo.resolve() decides what is left",
    "add-records": "'varve add --records {0} {1}' makes a table of the first array",
    "as-file": FILE,
    "behind": "'varve push {0} {1}' in a clone that has the blocks sends them",
    "blocks-ask": "somebody who has them sends them with 'varve push --blocks'; then Repo.fetch_data()",
    "blocks-fetch": FETCH,
    "blocks-remote": "'git remote add NAME URL' names one that has them; then Repo.fetch_data()",
    "clean": "mend the data, or read it with another tool first",
    "clean-csv": "a cell with a delimiter in it needs quotes; lines above the header or below the table are no rows: take them out, or 'varve add --skip-lines N --skip-footer N'",
    "clean-quotes": "quotes within cells are doubled: mend the data, or 'varve add --escape' or '--quote none'",
    "clone-url": "varve.clone(url, path)",
    "conflicts": "Repo.conflicts() lists them",
    "convert-lines": "write all lines alike",
    "convert-utf8": "write the file as UTF-8",
    "diff-key": "name it with key=",
    "edit-and-add": "Repo.put() or Repo.write() stores it as you want it",
    "edits": "commit them, save them with 'git stash', or discard them with 'git restore PATH'",
    "edits-abort": "copy the edited files to another place, or discard the edits with 'varve restore PATH', then abort again",
    "erased-from": "'varve pull --rebase' in the clone that it comes from puts only that clone's own commits on the new history",
    "erased-there": "'varve push --force {0} {1}' replaces it there; then run 'varve pull --rebase' in the clone that pushed it",
    "fetch-all": FETCH,
    "fetch-and-restore": FETCH,
    "fetch-branches": "'git fetch' gets all its branches; 'git branch -r' lists them",
    "nearest-kept": "the nearest stored version is {0!r} of {1}",
    "fetch-data": "Repo.fetch_data({0!r}, {1!r}) gets its blocks from the remotes",
    "fetch-from": "another repository may have them: varve.clone(), or 'varve fetch --data --from URL'",
    "fix": "'varve add --fix {0}' makes it whole",
    "folder-damaged": "its owner can restore lost files with 'varve publish -o {0}'",
    "fsck": FSCK,
    "fsck-repair": "'varve fsck --repair' mends it",
    "fsck-sender": "try again, or another peer; 'varve fsck' at the sender shows whether its blocks are sound; received data is kept",
    "gc-room": "free disk space, or run 'varve gc'",
    "hash-secret": "'varve serve --hash-secret NAME' prints such a line: NAME:rw:HASH",
    "ignored": "'varve add -f {0}' adds it anyway; 'git check-ignore -v {0}' shows the pattern",
    "init": "'varve init' creates one",
    "init-again": "'varve init' sets it up again",
    "last-copy": "Repo.fetch_data() or 'varve fsck --repair' may bring the blocks back",
    "log-path": "Repo.log(path={0!r}) lists the versions that have it",
    "merge-utf8": "store the file in UTF-8 on one branch, then merge again",
    "pull": "Repo.pull() does that",
    "pull-first": "another push came first: Repo.pull() first, then push again",
    "push": "Repo.push() sends it",
    "push-all": "'varve push --all' sends a peer the blocks that it lacks",
    "push-blocks": "'varve push --blocks' in a clone that has the blocks restores them",
    "push-blocks-to": "'varve push --blocks {0}' sends them",
    "push-to": "Repo.push({0!r}, ['{1!s}:{2!s}'])",
    "push-upstream": "Repo.push({0!r}, [{1!r}], set_upstream=True)",
    "read-newer": "upgrade varve to read {0!s}",
    "read-unsigned": "unsigned=True reads it, but anyone could have made it",
    "rebase-onto": "'git rebase --onto {0} {1} {2}' puts only the later commits on the new history; 'varve merge --allow-rewritten' merges",
    "rebase-own": "'varve pull --rebase' puts only your own commits on the new history; 'varve merge --allow-rewritten' merges",
    "remote-add": "'git remote add {0} URL' makes it",
    "remote-moved": "try again; if the address has changed: 'git remote set-url {0} URL'",
    "remotes": "name a remote: 'git remote -v' lists all",
    "resolve": "Repo.conflicts() lists all conflicts, Repo.resolve() decides them",
    "resolve-row": "Repo.resolve(path, row=KEY) names a row; Repo.conflicts() lists files and rows in conflict",
    "restore-data": "Repo.fetch_data() gets its blocks, 'varve restore {0}' writes it",
    "set-upstream": "Repo.push(set_upstream=True) sets it, or 'git branch --set-upstream-to=REMOTE/BRANCH'",
    "status": "Repo.status() lists staged changes",
    "store-emptied": "mount its disk; if the store was emptied, run 'varve store remove {0}', then 'varve store add {0} URL' and 'varve push --blocks'",
    "store-fork": "if one is a fork, give it its own: 'varve store add --default NAME URL' there, with this one as store.upstream in .varveconfig",
    "store-list": "'varve store list' lists all stores",
    "store-room": "make room there, or use another store: 'varve store add'",
    "switch": "'git switch {0}' goes to it",
    "switch-create": "'git switch -c {0}' makes it",
    "unseen-document": "Repo[{0!r}] reads its table, Repo['PATH#TABLE'] one of several",
    "unseen-open": "write the table as CSV with the program that made it",
    "unsent": "Repo.push() sends the commits that it does not have",
    "version-csv": "a cell with a delimiter in it needs quotes; lines above the header or below the table are no rows",
    "version-quotes": "quotes within cells are doubled: mend the data in a new version",
    "versions": "Repo.log() lists versions, Repo.branches() and Repo.tags() the names of some",
    "whole-or-edit": "Repo.resolve(path, side) takes the whole table",
}

# Codes that have no words here: they are of commands that this package has no call for.
WITHOUT = set("""
    accept schema-type-number near-or-path version-is-file version-text versions-or-path log-row restore-source add-convert add-encoding add-fix-or-untrack add-order-back ask-for car-export-unixfs cat compare config-list diff-patch export get
    git-dir holder-add holder-list holder-room hook-line key-new list-rules migrate prune-hold rename-column
    restore-spelling restore-whole restore-whole-rev schema-missing schema-number schema-type store-remove
    track update-force publish-back sign-join""".split())


class Word(str):
    """A text that is formatted as a word of a shell."""

    def __format__(self, spec: str) -> str:
        return shlex.quote(self)


def words(name: str, args: list[str]) -> str:
    """The sentence of a hint; "" if unknown."""
    return WORDS.get(name, "").format(*map(Word, args))
