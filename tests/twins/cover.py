"""Combinations of properties: a greedy covering of all pairs, then samples of triples.

PROPERTIES has the values of each; possible() leaves out what no file can be. pairs(rng) gives combinations until every pair of
values that is possible has occurred; after that each combination is the one of a few random ones that has most triples not seen yet.
"""
import itertools

PROPERTIES = {
    "form": ["csv", "tsv", "gz", "ndjson", "json", "doc"],
    "encoding": ["utf-8", "utf-8-sig", "windows-1252", "utf-16", "shift_jis"],
    "delimiter": [",", ";", "\t"],
    "numbers": ["point", "comma", "point-groups", "comma-groups"],
    "quotes": ["plain", "texts", "all"],
    "ends": ["lf", "crlf"],
    "around": ["none", "comments-above", "title", "notes-below", "comments-between", "all"],
    "key": ["number", "text", "pair"],
    "said": ["found", "declared"],
    "kept": ["stored", "text"],
    "order": ["file", "key"],
    "place": ["here", "lazy", "store", "url", "dns"],
    "size": ["small", "groups"],
    "edit": [
        "write", "write-replace", "upsert", "append", "delete", "write-columns", "add-arrow", "put", "restore-row", "restore-cell", "restore-spelling", "apply", "merge", "resolve",
        "cherry-pick", "rename-column", "write-drop", "check-faults", "update", "set", "delete-row", "merge-rules", "summary", "import-file",
    ],
}  # fmt: skip
TEXT_FORMS = ("csv", "tsv", "gz")


def possible(c):
    """Is there such a file, and can be done to it what it says? c may lack properties, which may then be anything."""
    form, encoding, delimiter, around, numbers = (c.get(n) for n in ("form", "encoding", "delimiter", "around", "numbers"))
    if form is not None and form not in TEXT_FORMS:
        # JSON has its own delimiters, quotes and numbers; its types are those of a schema
        if delimiter not in (None, ",") or numbers not in (None, "point"):
            return False
        if c.get("quotes") not in (None, "plain") or around not in (None, "none") or c.get("said") == "found":
            return False
        if c.get("order") == "key" and form != "ndjson":
            return False
    if c.get("edit") == "restore-spelling" and form not in (None, "csv", "tsv"):
        return False  # of text files
    if form == "tsv" and delimiter not in (None, "\t"):
        return False
    if form == "gz" and (c.get("order") == "key" or c.get("kept") == "stored"):
        return False  # kept as bytes
    if form == "gz" and c.get("edit") not in (None, "put", "check-faults"):
        return False  # documented: commands that write rows are for the table
    if c.get("edit") == "check-faults" and c.get("said") == "found":
        return False  # tests/twins/promises.md, i
    if c.get("kept") == "text" and c.get("order") == "key":
        return False
    if c.get("said") == "found" and c.get("key") == "pair":
        return False
    if c.get("said") == "found" and numbers == "point-groups":
        return False
    if c.get("said") == "found" and c.get("quotes") in ("texts", "all") and around == "title":
        return False
    if around in ("comments-between", "all") and c.get("order") == "key":
        return False  # docs/formats/store.md: key order is for regular files
    if c.get("kept") == "text" and c.get("edit") in ("restore-row", "restore-cell", "rename-column", "update", "import-file"):
        return False  # documented: for stored tables
    return True


def pairs_of(c):
    names = sorted(c)
    return {(a, c[a], b, c[b]) for a, b in itertools.combinations(names, 2)}


def triples_of(c):
    names = sorted(c)
    return {tuple((n, c[n]) for n in t) for t in itertools.combinations(names, 3)}


def any_one(rng, fixed):
    """A random combination with these values, or None where no more can be added."""
    names = [n for n in PROPERTIES if n not in fixed]
    for _ in range(20):
        c = dict(fixed)
        rng.shuffle(names)
        for name in names:
            values = [v for v in PROPERTIES[name] if possible({**c, name: v})]
            if not values:
                break
            weights = [1 if name == "size" and v == "groups" else 12 if name == "size" else 1 for v in values]
            c[name] = rng.choices(values, weights)[0]
        else:
            return {n: c[n] for n in PROPERTIES}
    return None


def all_pairs():
    found = set()
    for a, b in itertools.combinations(sorted(PROPERTIES), 2):
        found |= {(a, v, b, w) for v in PROPERTIES[a] for w in PROPERTIES[b] if possible({a: v, b: w})}
    return found


def combinations(rng):
    """Endless: first a covering of all pairs, then samples of triples."""
    open_pairs = all_pairs()
    while open_pairs:
        a, v, b, w = rng.choice(sorted(open_pairs))
        tried = [c for c in (any_one(rng, {a: v, b: w}) for _ in range(12)) if c]
        if not tried:
            open_pairs.discard((a, v, b, w))  # a third property forbids it
            continue
        best = max(tried, key=lambda c: len(pairs_of(c) & open_pairs))
        open_pairs -= pairs_of(best)
        yield best
    seen = set()
    while True:
        best = max((any_one(rng, {}) for _ in range(3)), key=lambda c: len(triples_of(c) - seen))
        seen |= triples_of(best)
        yield best
