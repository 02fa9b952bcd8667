"""The same edit by each tool: the file afterwards is, byte for byte, what the reference writes for the edited values.

An edit is prepared by edited(), which gives the values that the table has then; do() makes the tool do it. merge, resolve and
cherry-pick work on all cases of a batch at once (see batch.py); theirs() and ours() are the two sides.
"""
import os
import subprocess
import time
from decimal import Decimal

import ask
import model as reference

PYTHON = ("write", "write-replace", "upsert", "append", "delete", "write-columns", "write-drop", "put", "check-faults")
COMMANDS = ("add-arrow", "restore-row", "restore-cell", "restore-spelling", "apply", "rename-column", "set", "delete-row", "summary", "import-file")
MERGES = ("merge", "resolve", "cherry-pick", "merge-rules")
UPDATE = ("update",)


class Spreadsheet(reference.Spelling):
    """What a spreadsheet program makes of a file: other dates, numbers without marks between thousands and zeros at their ends."""

    def text(self, kind, value):
        text = super().text(kind, value)
        if kind == "day" and value is not None:
            return value.strftime("%d/%m/%Y")
        text = text.replace(self.groups or "\0", "") if kind == "number" else text
        return text.rstrip("0").rstrip(self.point) if kind == "number" and self.point in text else text


def commented(case, row):
    return case.spelling.line(case.model, row).startswith("#")


def safe_rows(case, count, avoid=()):
    """Rows that have no comment above them, which would go with them, by their places."""
    places = [i for i, row in enumerate(case.model.rows) if not commented(case, row) and i not in avoid]
    if case.c["key"] == "text":  # a first cell that begins as a comment is quoted, and an edit may quote it otherwise
        places = [i for i in places if not case.model.rows[i][0].startswith("#")]
    return case.rng.sample(places, min(count, len(places)))


def new_row(case):
    while True:
        row = reference.new_row(case.rng, case.c, case.model, 8000 + case.rng.randrange(900))
        if not commented(case, row) and case.model.key_of(row) not in case.model.by_key():
            return certain(case, row)


def certain(case, row):
    """Numbers whose spelling does not leave a choice."""
    for place, (_, kind) in enumerate(case.model.columns):
        if kind == "number" and row[place] is not None:
            row[place] = row[place] + Decimal("0.01") if row[place] % 1 * 100 % 10 == 0 else row[place]
    return row


def change(case, row, names=None):
    """Another value in one cell outside of the key."""
    name, kind = case.rng.choice([column for column in case.model.columns if column[0] not in case.model.key and (not names or column[0] in names)])
    place = case.model.place(name)
    old = row[place]
    while row[place] == old or row[place] is None:
        row[place] = reference.random_value(case.rng, kind, case.c, row)
        certain(case, row) if kind == "number" else None
    return name


def edited(case):
    """The values after the edit. What do() needs is left in case.plan."""
    new, kind, plan = case.model.copy(), case.c["edit"], {}
    case.plan = plan
    if kind in ("write", "put", "write-replace", "import-file"):
        for place in safe_rows(case, 2):
            change(case, new.rows[place])
        gone = safe_rows(case, 1)
        for place in gone:
            del new.rows[place]
        new.rows.append(new_row(case))
    elif kind in ("upsert", "add-arrow"):
        plan["rows"] = []
        for place in safe_rows(case, 2):
            change(case, new.rows[place])
            plan["rows"].append(new.rows[place])
        new.rows.append(new_row(case))
        plan["rows"].append(new.rows[-1])
    elif kind == "append":
        new.rows.append(new_row(case))
        plan["rows"] = new.rows[-1:]
    elif kind == "delete":
        places = safe_rows(case, 2)
        plan["rows"] = [case.model.rows[place] for place in places]
        new.rows = [row for place, row in enumerate(new.rows) if place not in places]
    elif kind == "write-columns":
        plan["lacks"] = case.rng.choice([n for n in ("name", "qty", "note", "day") if n not in case.model.key])
        for place in safe_rows(case, 2):
            change(case, new.rows[place], ["price", "ok"])
    elif kind == "write-drop":
        gone = case.rng.choice([n for n in ("qty", "note", "day") if n not in case.model.key])
        for place in safe_rows(case, 2):
            change(case, new.rows[place], ["price", "ok", "name"])
        at = new.place(gone)
        new = reference.Model([c for c in new.columns if c[0] != gone], new.key, [row[:at] + row[at + 1 :] for row in new.rows])
    elif kind == "check-faults":
        plant(case, new)
    elif kind == "summary":
        plant_groups(case, new)
    elif kind == "set":
        plan["rows"] = []
        for place in safe_rows(case, 1):
            plan["rows"].append((new.rows[place], [change(case, new.rows[place])]))
        new.rows.append(new_row(case))
        plan["rows"].append((new.rows[-1], [n for n in new.names if n not in new.key]))
    elif kind == "restore-spelling":
        for place in safe_rows(case, 2):
            change(case, new.rows[place], ["name", "note", "qty"])
    elif kind == "delete-row":
        place = safe_rows(case, 1)[0]
        plan["key"] = new.key_of(new.rows.pop(place))
    elif kind in ("restore-row", "restore-cell"):
        old = case.old.by_key()
        both = [i for i, row in enumerate(new.rows) if new.key_of(row) in old and old[new.key_of(row)] != row]
        if not both:
            return None
        place = case.rng.choice(both)
        before = old[new.key_of(new.rows[place])]
        plan["key"] = new.key_of(before)
        if kind == "restore-row":
            new.rows[place] = list(before)
        else:
            column = case.rng.choice([n for n, a, b in zip(new.names, before, new.rows[place]) if a != b])
            plan["column"] = column
            new.rows[place][new.place(column)] = before[new.place(column)]
    elif kind == "apply":
        # the patch takes the second version back to the first; another row was edited meanwhile
        old = case.old.by_key()
        same = [i for i, row in enumerate(new.rows) if old.get(new.key_of(row)) == row and not commented(case, row)]
        if not same:
            return None
        plan["here"] = new.copy()
        key = new.key_of(new.rows[case.rng.choice(same)])
        edited_row = plan["here"].by_key()[key]
        change(case, edited_row)
        new = case.old.copy()
        new.rows = [list(edited_row) if new.key_of(row) == key else row for row in new.rows]
    elif kind == "rename-column":
        plan["old"], plan["new"] = "qty", "menge"
        new = reference.Model([("menge" if n == "qty" else n, k) for n, k in new.columns], new.key, new.rows)
    return new


def plant(case, new):
    """Faults, and in case.plan what check has to find: rules, rows and columns."""
    found = []
    places = case.rng.sample(range(len(new.rows)), 3)
    for place, (name, value) in zip(places, (("price", "abc"), ("day", "2025-13-41"), ("ok", "perhaps"))):
        if case.rng.random() < 0.7:
            new.rows[place][new.place(name)] = reference.Wrong(value)
            found.append(("type-error", place, name))
    if case.rng.random() < 0.5 and case.c["said"] == "declared":
        place = case.rng.randrange(len(new.rows))
        new.rows[place][new.place("qty")] = 5001 + case.rng.randrange(1000)
        found.append(("constraint-error", place, "qty"))
    if case.rng.random() < 0.5:
        row = list(case.rng.choice(new.rows[: len(new.rows) // 2]))
        place = len(new.rows)
        for name, kind in new.columns:
            if isinstance(row[new.place(name)], reference.Wrong):
                row[new.place(name)] = None
        row[new.place("qty")] = 1
        new.rows.append(row)
        found.append(("primary-key", place, None))
    case.plan["found"] = found


def plant_groups(case, new):
    """Groups of changes, one in a column, and in case.plan what diff --summary has to say of each."""
    said = {}
    price, qty, ok, note = map(new.place, ("price", "qty", "ok", "note"))
    step = Decimal(case.rng.choice(["2.25", "-0.75", "1000.5"]))
    numbers = [row for row in new.rows if row[price] is not None][: 3 + case.rng.randrange(20)]
    for row in numbers:
        row[price] += step
    said["price"] = f"{len(numbers):,} ({'-' if step < 0 else '+'} {abs(step)})"
    wholes = [row for row in new.rows if row[qty] is not None][:2]
    for row in wholes:
        row[qty] = None
    said["qty"] = f"{len(wholes):,} (emptied {len(wholes):,})" if len(wholes) > 1 else f"{len(wholes):,}"
    flags = [row for row in new.rows if row[ok] is True]
    for row in flags:
        row[ok] = False
    if len(flags) > 1:
        said["ok"] = f"{len(flags):,} (true -> false)"
    texts = [row for row in new.rows if row[note] is None]
    for row in texts:
        row[note] = "so it is"
    if texts:
        said["note"] = f"{len(texts):,} (filled in {len(texts):,})" if len(texts) > 1 else "1"
    case.plan["said"] = said


RULES = {"name": "latest by day", "day": "max", "price": "min", "qty": "sum", "ok": "theirs", "note": "ours", "deleted-vs-edited": "keep"}


def ruled(case):
    """Both sides change the same cells, or one removes the row that the other edits; RULES decide."""
    ours, theirs, merged = case.model.copy(), case.model.copy(), case.model.copy()
    places = safe_rows(case, 4)
    if len(places) < 4:
        return None
    at = {name: case.model.place(name) for name in case.model.names}
    for place in places[:3]:
        base, mine, other, out = (m.rows[place] for m in (case.model, ours, theirs, merged))
        if any(base[at[name]] is None for name in ("day", "price", "qty")):
            continue
        for name in ("name", "day", "price", "qty", "ok", "note"):
            i = at[name]
            while mine[i] == base[i] or other[i] in (base[i], mine[i]) and name != "ok":
                change(case, mine, [name])
                change(case, other, [name])
            if name == "ok":
                other[i] = mine[i]
        later = mine if mine[at["day"]] > other[at["day"]] else other
        out[at["name"]], out[at["day"]] = later[at["name"]], later[at["day"]]
        out[at["price"]] = min(mine[at["price"]], other[at["price"]])
        out[at["qty"]] = mine[at["qty"]] + other[at["qty"]] - base[at["qty"]]
        out[at["ok"]], out[at["note"]] = other[at["ok"]], mine[at["note"]]
    place = places[3]
    change(case, theirs.rows[place])
    merged.rows[place] = list(theirs.rows[place])
    del ours.rows[place]
    return ours, theirs, merged


def sides(case):
    """Three models of a merge: ours, theirs, and what comes out. The conflict of "resolve" is decided for theirs."""
    if case.c["edit"] == "merge-rules":
        return ruled(case)
    ours, theirs, merged = case.model.copy(), case.model.copy(), case.model.copy()
    first, second, third = (safe_rows(case, 3) + [None, None])[:3]
    case.plan = {}
    if second is None or third is None:
        return None
    change(case, ours.rows[first])
    merged.rows[first] = list(ours.rows[first])
    change(case, theirs.rows[second])
    merged.rows[second] = list(theirs.rows[second])
    if case.c["edit"] == "resolve":
        name = change(case, theirs.rows[third], ("name", "price", "qty", "day", "note"))  # three values are needed
        place = case.model.place(name)
        while ours.rows[third][place] in (case.model.rows[third][place], theirs.rows[third][place]):
            change(case, ours.rows[third], [name])
        merged.rows[third] = list(theirs.rows[third])
        case.plan = {"column": name}
    return ours, theirs, merged


def frame(case, model, rows, names=None):
    """An Arrow table of rows, with the types that the table has for Arrow."""
    import pyarrow as pa

    kinds = {"whole": pa.int64(), "number": pa.float64(), "flag": pa.bool_(), "day": pa.date32(), "text": pa.string()}
    names = names or model.names
    columns = []
    for name in names:
        kind = dict(model.columns)[name]
        values = [row[model.place(name)] for row in rows]
        columns.append(pa.array([float(v) if kind == "number" and v is not None else v for v in values], kinds[kind]))
    return pa.table(columns, names)


def run(case, *words, ok=(0,), data=None):
    done = subprocess.run(["varve", *words], cwd=case.home, capture_output=True, input=data)
    if done.returncode not in ok:
        raise RuntimeError(f"varve {' '.join(words)}: {done.returncode}: {done.stderr.decode(errors='replace').strip()[:300]}")
    return done.stdout


def day():
    """Of the next commit."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(os.environ["GIT_COMMITTER_DATE"].split()[0])))


def key_text(key):
    return ",".join(map(str, key))


def do(case, new):
    """Does the edit in the repository that the case lives in; the file in the work tree is judged then."""
    kind, plan, repo, path = case.c["edit"], case.plan, case.repo_here, case.path
    if kind == "put":
        repo.put(path, case.spelling.bytes(new), message=f"put {path}")
    elif kind in ("write", "write-replace"):
        repo.write(path, frame(case, new, new.rows), mode="replace" if kind == "write-replace" else None, message=f"{kind} {path}", **by(case))
    elif kind in ("upsert", "append", "delete") and case.rng.random() < 0.5:
        with repo.transaction(f"{kind} {path}") as tx:
            tx.write(path, frame(case, new, plan["rows"]), mode=kind)
            seen = ask.as_typed(zip(*(c.to_pylist() for c in tx.table(path).to_arrow().columns)))
            if wrong := ask.differs(ask.typed(new), seen):
                raise ValueError("the transaction's table: " + wrong)
    elif kind in ("upsert", "append", "delete"):
        repo.write(path, frame(case, new, plan["rows"]), mode=kind, message=f"{kind} {path}", **by(case))
    elif kind == "write-columns":
        names = [n for n in new.names if n != plan["lacks"]]
        repo.write(path, frame(case, new, new.rows, names), columns="keep", message=f"{kind} {path}", **by(case))
    elif kind == "write-drop":
        repo.write(path, frame(case, new, new.rows), columns="drop", message=f"{kind} {path}", **by(case))
    elif kind == "check-faults":
        data = case.spelling.bytes(new)
        (case.home / path).write_bytes(data)
        report = repo.check(path, base="")
        found = [(f.rule, f.row, None if f.rule == "primary-key" else f.column) for f in report.findings if f.error]
        (case.home / path).write_bytes(case.spelling.bytes(case.model))
        if sorted(map(str, found)) != sorted(map(str, plan["found"])) or report.valid != (not found):
            raise ValueError(f"check finds {found}, and not {plan['found']}")
    elif kind == "add-arrow":
        import pyarrow as pa

        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, frame(case, new, []).schema) as writer:
            writer.write_table(frame(case, new, plan["rows"]))
        run(case, "add", "-q", "--arrow", "-", "--mode", "upsert", path, data=sink.getvalue().to_pybytes())
    elif kind == "restore-row":
        run(case, "restore", "-q", "--source", case.first, "--row", key_text(plan["key"]), path)
    elif kind == "restore-cell":
        run(case, "restore", "-q", "--source", case.first, "--row", key_text(plan["key"]), "--column", plan["column"], path)
    elif kind == "restore-spelling":
        (case.home / path).write_bytes(Spreadsheet(case.c).bytes(new))
        run(case, "restore", "-q", "--spelling", path)
    elif kind == "apply":
        patch = run(case, "diff", "--format", "patch", case.first, case.second, "--", path)
        (case.home / path).write_bytes(case.spelling.bytes(plan["here"]))
        run(case, "apply", "-q", "-R", "-", data=patch)
    elif kind == "rename-column":
        run(case, "rename-column", path, plan["old"], plan["new"])
    elif kind == "set":
        for row, names in plan["rows"]:
            words = []
            for name in names:
                column = dict(new.columns)[name]
                text = case.spelling.text(column, row[new.place(name)])
                words.append(f"{name}:=null" if row[new.place(name)] is None else f"{name}={text}")
            run(case, "set", "-q", path, key_text(new.key_of(row)), *words)
    elif kind == "delete-row":
        run(case, "delete", "-q", path, key_text(plan["key"]))
    elif kind == "import-file":
        file = case.home.parent / f"taken{case.number}{case.spelling.ending}"
        file.write_bytes(case.spelling.bytes(new))
        run(case, "commit", "-q", "-m", "edits of others", ok=(0, 1))  # staged ones, beside which nothing is imported
        run(case, "import", "-q", "-o", path, "--date", f"{file.name}={day()}", str(file))
    elif kind == "summary":
        (case.home / path).write_bytes(case.spelling.bytes(new))
        text = run(case, "diff", "--summary", "--", path).decode()
        (case.home / path).write_bytes(case.spelling.bytes(case.model))
        for name, want in plan["said"].items():
            if f"{name}: {want}" not in text:
                raise ValueError(f"'{name}: {want}' is not in {text!r}")


def by(case):
    """Text of Git has no key that is kept with it."""
    return {}


def judge(case, new, data):
    """What is wrong with a file after an edit; the kind of the fault comes first."""
    spelling, want = case.spelling, case.spelling.bytes(new)
    if data == want or (case.c["form"] == "gz" and spelling.decode(data) == spelling.plain(new)):
        return None
    try:
        rows = spelling.parse(data, new)
    except (ValueError, KeyError, ArithmeticError, OSError) as e:
        return f"form: the file is not spelled as before: {type(e).__name__} {str(e)[:120]}; it begins {data[:60]!r}"
    if rows != new.rows:
        if sorted(map(repr, rows)) == sorted(map(repr, new.rows)):
            return "order: the rows are in another order"
        wrong = [(a, b) for a, b in zip(new.rows, rows) if a != b]
        return f"values: {len(rows)} rows, {len(new.rows)} are right; " + (f"{wrong[0][1]!r}, and not {wrong[0][0]!r}" if wrong else "")
    before = set(spelling.plain(case.model).splitlines(True))
    got, right = spelling.decode(data).splitlines(True), spelling.plain(new).splitlines(True)
    lost = [line for line in right if line in before and line not in got]
    if lost:
        return f"others' bytes: {lost[0]!r} is gone"
    wrong = [(a, b) for a, b in zip(right, got) if a != b]
    return f"spelling: {wrong[0][1]!r}, and not {wrong[0][0]!r}" if wrong else f"spelling: {len(got)} lines, and not {len(right)}"
