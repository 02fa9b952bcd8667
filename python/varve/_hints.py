"""Hints that libvarve has as codes (./dev hints lists them), in the words of this package. Of codes without words the message
is shown alone."""
from __future__ import annotations

FETCH = "Repo.fetch_data() gets the blocks from the remotes"
FILE = "Repo.put(path, data) takes any bytes; 'varve add --as file' keeps them as they are"
FSCK = "'varve fsck' lists what is damaged or missing"

# {0} to {2}: the arguments
WORDS = {
    "add-and-name": "store a version with Repo.put() or Repo.write(); then name it as REV:PATH",
    "add-as-csv": "'varve add --as-csv {0}' keeps its tables, whose versions take what changed",
    "add-as-file": "Repo.put() keeps any bytes; 'varve add --as file {0}' keeps versions of big files small",
    "add-as-table": "'varve add --as table {0}' makes a table of it",
    "add-fix": "'varve add --fix {0}' merges both sides by row and cell",
    "add-key": "name the columns that identify rows with key= of Repo.put() or Repo.write()",
    "add-key-found": "name it with key= of Repo.put() or Repo.write()",
    "add-no-key": "'varve add --no-key' says that there is none",
    "add-or-abort": "Repo.resolve() decides it; Repo.abort() ends the merge",
    "add-or-fix": "Repo.resolve() decides what is left",
    "add-or-stash": "commit it, or put it away with 'git stash' first",
    "add-records": "'varve add --records {0} {1}' makes a table of the first one",
    "add-table": "the work tree has the table: Repo.put({0!r}, data) stores a version",
    "add-unpack": "unpack it first, or: 'varve add --as-csv {0}'",
    "as-file": FILE,
    "as-file-blank": f"take them out; {FILE}",
    "behind": "Repo.push({0!r}, [{1!r}]) in a clone that has the blocks sends them",
    "blocks-ask": "somebody who has them sends them with 'varve push --blocks'; then Repo.fetch_data()",
    "blocks-ask-of": "somebody who has them sends them with 'varve push --blocks'; then Repo.fetch_data()",
    "blocks-fetch": FETCH,
    "blocks-fetch-all": FETCH,
    "blocks-remote": "'git remote add NAME URL' names one that has them; then Repo.fetch_data()",
    "blocks-repair": FSCK,
    "clean": "mend the data, or read it with another tool first",
    "clean-changed": "mend the data, or go back to the last version",
    "clean-footer": "a cell with a delimiter in it needs quotes; lines below the table are no rows: take them out, or 'varve add --skip-footer N'",
    "clean-header": "the first line must be the header, with all columns",
    "clean-quotes": "quotes within cells are doubled: mend the data, or 'varve add --escape' or '--quote none'",
    "clone-dir": "name another folder",
    "clone-url": "varve.clone(url, path)",
    "conflicts": "Repo.conflicts() lists them",
    "conflicts-and-resolve": "Repo.conflicts() lists them, Repo.resolve() decides them",
    "convert-lines": "write all lines alike",
    "convert-or-bytes": "write the file as UTF-8",
    "convert-utf8": "write the file as UTF-8, which has all characters",
    "diff-key": "name it with key=",
    "diff-path": "name the path as it was then",
    "edit-and-add": "Repo.put() or Repo.write() stores it as you want it",
    "fetch-all": FETCH,
    "fetch-and-restore": FETCH,
    "fetch-both": FETCH,
    "fetch-branches": "'git fetch' gets all its branches; 'git branch -r' lists them",
    "fetch-data": "Repo.fetch_data({0!r}, {1!r}) gets its blocks from the remotes",
    "fetch-from": "another repository may have them: varve.clone(), or 'varve fetch --data --from URL'",
    "fetch-then-push": "Repo.fetch_data() gets them from the remotes; then push again",
    "fetch-upstream": "of a fork, what it was forked from has them: 'varve fetch --from URL {0}'",
    "fix": "'varve add --fix {0}' makes it whole",
    "folder-damaged": "its owner's 'varve publish -o {0}' restores lost files",
    "fsck": FSCK,
    "fsck-data": FSCK,
    "fsck-missing": FSCK,
    "fsck-sender": "try again; if it fails again, 'varve fsck' at the sender shows whether its blocks are sound",
    "fsck-there": "'varve fsck' there shows whether it is damaged there or in transit; received data is kept",
    "gc-room": "make room, or 'varve gc'",
    "hash-secret": "'varve serve --hash-secret NAME' makes lines: NAME:rw:HASH",
    "init": "'varve init' makes one",
    "init-again": "'varve init' sets it up again",
    "last-copy": "Repo.fetch_data() or 'varve fsck --repair' may bring the blocks back",
    "log": "another program committed here: look at Repo.log() and try again",
    "log-path": "Repo.log(path={0!r}) lists the versions that have it",
    "merge-again": "columns are decided first: Repo.abort() and merge again",
    "order-key": "name the columns that identify a row with key=",
    "pack-damaged": "the pack '{0}' is damaged and may have had it: see 'varve fsck'",
    "pack-index-make": "'varve fsck --repair' makes it again from its pack",
    "pack-index-remove": "'varve fsck --repair' removes it",
    "pull": "Repo.pull() does that",
    "pull-first": "another push came first: Repo.pull() first, then push again",
    "merge-utf8": "store the file in UTF-8 on one branch, then merge again",
    "push": "Repo.push() sends it",
    "push-all": "'varve push --all' brings a peer the blocks that it lacks",
    "push-blocks": "'varve push --blocks' sends the blocks that are here again",
    "push-blocks-back": "'varve push --blocks' in a clone that has them puts them back",
    "push-blocks-in": "'varve push --blocks {0}' in a clone that has all blocks",
    "push-blocks-to": "'varve push --blocks {0}' sends them",
    "push-fetch": "exchange the whole version: Repo.push(), Repo.fetch()",
    "push-head": "Repo.push({0!r}, ['HEAD:{1}'])",
    "push-to": "Repo.push(remote, ['{0}:refs/heads/NAME'])",
    "push-upstream": "Repo.push({0!r}, [{1!r}], set_upstream=True)",
    "read-newer": "read with a newer varve: {0}",
    "remote-add": "'git remote add {0} URL' makes it",
    "remote-add-or-url": "'git remote add origin URL' makes one, or name a URL",
    "remote-moved": "try again; if the address has changed: 'git remote set-url {0} URL'",
    "remotes": "name one: 'git remote -v' lists them",
    "resolve": "Repo.conflicts() lists them, Repo.resolve() decides them",
    "resolve-and-add": "Repo.resolve() decides the conflicts; Repo.status() lists them",
    "restore": "'git restore PATH' throws them away",
    "restore-data": "Repo.fetch_data() gets its blocks, 'varve restore {0}' writes it",
    "restore-path": "'varve restore {0}' writes it",
    "serve-http": "is it the address of a repository that 'varve serve --http' serves?",
    "serve-write": "it takes pushes when run with 'varve serve --http --auth FILE'",
    "set-upstream": "Repo.push(set_upstream=True) sets it, or 'git branch --set-upstream-to=REMOTE/BRANCH'",
    "status": "Repo.status() lists staged changes",
    "store-list": "'varve store list' lists them",
    "store-room": "make room there, or use another store: 'varve store add'",
    "switch": "'git switch {0}' goes to it",
    "switch-branch": "go to a branch first: 'git switch BRANCH'",
    "switch-create": "'git switch -c {0}' makes it",
    "unseen-document": "Repo[{0!r}] reads its table, Repo['PATH#TABLE'] one of several",
    "unseen-open": "write the table as CSV with the program that made it",
    "unsent": "Repo.push() sends the commits that it does not have",
    "versions": "Repo.log() lists versions, Repo.branches() and Repo.tags() the names of some",
    "whole-or-edit": "Repo.resolve(path, side) takes the whole table",
}

# Codes that have no words here: they are of commands that this package has no call for.
WITHOUT = set("""
    add-encoding add-fix-edited add-fix-or-untrack add-or-checkout add-order-back add-read-again ask-for
    car-export car-export-unixfs cat config-list did diff-patch diff-two export get git-dir hold-for holder-add
    holder-list holder-quota holder-room hook-line hook-line-also key-mend key-names key-new list-rules migrate
    no-index patch-first-line prune-hold rename-column replicate restore-and-add restore-source restore-spelling
    restore-whole
    restore-whole-rev save-result schema-missing schema-number schema-type serve-copy serve-hold standing store-remove
    switch-detach switch-remote track update-force vault-for
""".split())


def words(name: str, args: list[str]) -> str:
    """The sentence of a hint; "" where there is none."""
    return WORDS.get(name, "").format(*args)
