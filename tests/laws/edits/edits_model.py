#!/usr/bin/env python3
"""Tables in many forms, edited by each tool that edits rows, against a model of lines and raw cells: what was asked
for has changed, and every other byte is as before.

edits_model.py VARVE SEED COUNT [FIRST]: in an empty folder. Prints a failing case in some ten lines and exits 1.
"""
import copy
import json
import os
import random
import re
import shutil
import subprocess
import sys

VARVE = sys.argv[1]
NAMES = ["id", "name", "num", "note"]
ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "windows-1252", "utf-16-le": "UTF-16"}
WORDS = ["Blue", "Red fox", "m\u00fcde", "\u00e9t\u00e9", "a;b", "c,d", 'q"q', "tab\tbed", "x|y", "two\nlines", "#hash", "plum"]


class Hole:
    """A cell that the tool writes: any spelling of the value, or one of some spellings."""

    def __init__(self, value, texts=None):
        self.value, self.texts = value, texts


class Row:
    def __init__(self, cells, values, lead="", end="\n", odd=""):
        self.cells, self.values, self.lead, self.end, self.odd = cells, values, lead, end, odd


class Table:
    """form: csv, ndjson, json; head and tail: around the rows."""

    def __init__(self, rng):
        self.form = rng.choice(["csv", "csv", "csv", "ndjson", "json"])
        csv = self.form == "csv"
        self.names = list(NAMES)
        self.encoding = rng.choice(list(ENCODINGS)) if csv else "utf-8"
        self.delimiter = rng.choice(",;\t|") if csv else ","
        self.point = rng.choice(",.") if csv and self.delimiter != "," else "."
        self.newline = "\r\n" if csv and rng.random() < 0.4 else "\n"
        self.quoted = [csv and rng.random() < 0.4 for _ in self.names]
        self.comments = csv and rng.random() < 0.5
        self.skip = rng.choice([0, 0, 2]) if csv else 0
        self.footer = rng.choice([0, 0, 1]) if csv else 0
        self.ascii = not csv and rng.random() < 0.5
        self.colon, self.comma = rng.choice([(":", ","), (": ", ", ")])
        self.between = rng.choice([",\n", ",\n  "]) if self.form == "json" else self.newline
        self.final = self.footer > 0 or rng.random() < 0.8
        self.irregular = rng.random() < 0.6
        self.file = "t." + self.form
        self.title = "".join(f"Title {i}{self.newline}" for i in range(self.skip))
        self.tail = f"Sum of all{self.newline}" * self.footer
        self.header = [self.cell(rng, n, i, quote=self.quoted[0]) for i, n in enumerate(self.names)] if csv else []
        self.rows = [self.row(rng, i * 10) for i in range(rng.randint(4, 14))]
        if self.form == "json":
            self.tail = "\n]\n"
        self.top, self.rows[0].lead = self.rows[0].lead, ""  # lines below the header are the header's

    def words(self, rng):
        while True:
            w = rng.choice(WORDS) + rng.choice(["", " " + str(rng.randrange(99))])
            if self.form == "csv" or "\n" not in w:
                return w

    def values(self, rng, key):
        n = rng.randrange(-99999, 99999) / 100
        return [key, self.words(rng), n, None if rng.random() < 0.2 else self.words(rng)]

    def text(self, value):
        if value is None:
            return ""
        if isinstance(value, float):
            return f"{value:.2f}".replace(".", self.point)
        return str(value)

    def cell(self, rng, value, column, quote=None):
        text = self.text(value)
        if self.form != "csv":
            if isinstance(value, float):
                return f"{value:.2f}"
            return json.dumps(value, ensure_ascii=self.ascii)
        if quote is None:
            quote = self.quoted[column] ^ (self.irregular and rng.random() < 0.1) if value is not None else False
        if any(c in text for c in self.delimiter + '"\n\r') or (self.comments and text.startswith("#")):
            quote = True
        return '"' + text.replace('"', '""') + '"' if quote else text

    def row(self, rng, key):
        values = self.values(rng, key)
        lead = ""
        if self.comments and rng.random() < 0.3:
            lead = "".join(f"# about {key}, {self.words(rng)!r}".replace('"', "") + self.newline for _ in range(rng.randint(1, 2)))
            lead += self.newline if rng.random() < 0.3 else ""
        odd = "  " if self.form != "csv" and self.irregular and rng.random() < 0.2 else ""
        return Row([self.cell(rng, v, i) for i, v in enumerate(values)], values, lead, self.newline, odd)

    def line(self, row):
        """Pieces, text and holes, of a row without its end."""
        out = [row.lead]
        if self.form == "csv":
            for i, c in enumerate(row.cells):
                out += [self.delimiter if i else "", c]
            return out
        if isinstance(row.cells, Hole):
            return out + [row.cells]
        out.append("{" + row.odd)
        members = [(n, c) for n, c in zip(self.names, row.cells) if c is not None]
        for i, (n, c) in enumerate(members):
            out += [self.comma if i else "", json.dumps(n, ensure_ascii=self.ascii) if isinstance(n, str) else n, self.colon, c]
        return out + ["}"]

    def pieces(self):
        out = [self.title]
        if self.form == "csv":
            for i, c in enumerate(self.header):
                out += [self.delimiter if i else "", c]
            out.append(self.newline + self.top)
        elif self.form == "json":
            out.append("[\n")
        for i, row in enumerate(self.rows):
            out += self.line(row)
            last = i + 1 == len(self.rows)
            if self.form == "json":
                out.append("" if last else self.between)
            else:
                out.append("" if last and not self.final else row.end)
        return out + [getattr(self, "left", ""), self.tail]

    def bytes(self):
        text = "".join(self.pieces())
        mark = "\ufeff" if self.encoding == "utf-16-le" else ""
        return (mark + text).encode(self.encoding)

    def options(self):
        if self.form != "csv":
            return []
        out = ["--encoding", ENCODINGS[self.encoding], "--delimiter", {"\t": "tab"}.get(self.delimiter, self.delimiter)]
        out += ["--comment", "#" if self.comments else "none"]
        return out + ["--skip-lines", str(self.skip), "--skip-footer", str(self.footer)]

    def decode(self, raw, like):
        """What a spelled cell says."""
        if self.form != "csv":
            return json.loads(raw)
        quoted = raw.startswith('"')
        text = raw[1:-1].replace('""', '"') if quoted else raw
        if isinstance(like, bool) or like is None:
            return None if text == "" else text
        if isinstance(like, float):
            return float(text.replace(self.point, ".")) if text else None
        return int(text) if isinstance(like, int) else text

    def compare(self, got):
        """None, or what is not as expected."""
        try:
            text = got.decode(self.encoding)
        except UnicodeDecodeError as e:
            return f"not {self.encoding}: {e}"
        text = text[1:] if self.encoding == "utf-16-le" and text.startswith("\ufeff") else text
        holes, at = [], 0
        cell = r'"(?:[^"]|"")*"|[^"\r\n' + re.escape(self.delimiter) + "]*" if self.form == "csv" else (
            r'"(?:[^"\\]|\\.)*"|[-+.eE\w]+')
        for p in self.pieces():
            if isinstance(p, str):
                if not text.startswith(p, at):
                    return f"at character {at}: expected {p!r}, found {text[at:at + len(p) + 30]!r}"
                at += len(p)
                continue
            if isinstance(p.value, dict):
                found = re.compile(r"\{[^\n]*?\}(?=,\n|\n|$)").match(text, at)
            else:
                found = re.compile(cell).match(text, at)
            if not found:
                return f"at character {at}: no cell in {text[at:at + 40]!r}"
            raw, at = found.group(), found.end()
            if p.texts and raw in p.texts:
                continue
            try:
                said = self.decode(raw, p.value)
            except ValueError:
                said = None
            if said != p.value and not (p.texts is not None and not p.value):
                return f"at character {at}: {raw!r} says {said!r}, not {p.value!r}"
        return None if at == len(text) else f"more than expected: {text[at:at + 60]!r}"


class Failed(Exception):
    pass


class Case:
    def __init__(self, seed):
        self.rng, self.said = random.Random(seed), []
        self.t = Table(self.rng)

    def run(self, *args, code=(0,), data=None):
        self.said.append(" ".join(a if len(a) < 60 else a[:57] + "..." for a in args))
        done = subprocess.run([VARVE, *args], capture_output=True, input=data)
        if done.returncode not in code:
            raise Failed(f"exit status {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
        return done

    def write(self, table, name=None):
        with open(name or table.file, "wb") as f:
            f.write(table.bytes())

    def commit(self, table, message):
        self.write(table)
        self.run("add", "-q", "--key", "id", *table.options(), table.file)
        self.run("commit", "-q", "-m", message)

    def expect(self, table):
        with open(table.file, "rb") as f:
            got = f.read()
        wrong = table.compare(got)
        if wrong:
            raise Failed(wrong)
        self.run("add", "-q", table.file)
        back = self.run("cat", ":" + table.file).stdout
        if not self.same_text(got, back, table):
            raise Failed("what the index has is not the file")

    @staticmethod
    def same_text(got, back, table):
        return got == back or got.decode(table.encoding).lstrip("\ufeff") == back.decode("utf-8").lstrip("\ufeff")

    # ---- rows of Arrow ----

    def send(self, names, rows, *options):
        with open("data.ndjson", "w", encoding="utf-8") as f:
            for r in rows:
                f.write(json.dumps(dict(zip(names, r))) + "\n")
        made = self.run("convert", "--format", "arrow", "data.ndjson", "-")
        self.run("add", "-q", *options, "--arrow", "-", self.t.file, data=made.stdout)

    def new_row(self, values, names):
        t = self.t
        if t.form == "csv":
            return Row([Hole(v) for v in values], values, "", t.newline)
        return Row(Hole(dict(zip(names, values))), values, "", t.newline)

    def edit_row(self, row, names, some):
        """The row with other values in some of the columns, as the tool is to write it."""
        t, row = self.t, copy.copy(row)
        row.cells, row.values = list(row.cells), list(row.values)
        for n in self.rng.sample(some, self.rng.randint(1, len(some))):
            i = names.index(n)
            v = t.values(self.rng, 0)[NAMES.index(n)]
            if v != row.values[i]:
                row.values[i], row.cells[i] = v, Hole(v)
        return row

    def arrow(self):
        rng, t = self.rng, self.t
        self.commit(t, "base")
        mode = rng.choice(["upsert", "append", "delete", "replace", "replace"])
        what = rng.choice(["all", "all", "keep", "drop", "new"]) if mode != "delete" else "all"
        if what == "keep" and mode == "replace":
            what = "all"
        fresh = [t.values(rng, 1000 + i) for i in range(rng.randint(0 if mode != "append" else 1, 2))]
        chosen = sorted(rng.sample(range(len(t.rows)), rng.randint(1, len(t.rows))))
        names = [n for n in NAMES if n != "num"] if what in ("keep", "drop") else list(NAMES)
        options = ["--mode", mode] + (["--columns", what] if what in ("keep", "drop") else [])
        want = copy.deepcopy(t)
        if mode == "delete":
            self.send(["id"], [[t.rows[i].values[0]] for i in chosen], *options)
            self.drop(want, set(chosen))
            return self.expect(want)
        edited = {i: self.edit_row(t.rows[i], NAMES, [n for n in names if n != "id"]) if rng.random() < 0.7 else copy.copy(t.rows[i])
                  for i in chosen} if mode != "append" else {}
        at = [NAMES.index(n) for n in names]
        sent = [([r.values[k] for k in at], r) for r in edited.values()]
        if mode == "replace" and rng.random() < 0.4:
            rng.shuffle(sent)
        sent += [([v[k] for k in at], None) for v in fresh]
        extra = [["x%d" % i] for i in range(len(sent))] if what == "new" else [[] for _ in sent]
        self.send(names + (["extra"] if what == "new" else []), [s[0] + e for s, e in zip(sent, extra)], *options)
        rows = []
        for (values, row), e in zip(sent, extra):
            full = list(values)
            if what == "keep":
                full = [values[at.index(k)] if k in at else None for k in range(len(NAMES))]
            made = row or self.new_row(full, NAMES if what == "keep" else names)
            if what == "new":
                made = copy.copy(made)
                if isinstance(made.cells, Hole):
                    made.cells.value["extra"] = e[0]
                else:
                    made.cells = made.cells + [Hole(e[0])]
            rows.append((row, made))
        self.merge(want, mode, what, edited, rows)
        self.expect(want)

    def merge(self, want, mode, what, edited, rows):
        t = self.t
        keys = {id(r): i for i, r in edited.items()}
        made = {keys[id(row)]: m for row, m in rows if row}
        if mode == "replace":
            gone = set(range(len(t.rows))) - set(edited)
            want.rows = []
            used = set()
            for row, m in rows:
                m = copy.copy(m)
                if row:
                    m.lead = self.leads(gone, keys[id(row)], used) + m.lead
                want.rows.append(m)
            want.left = self.leads(gone, len(t.rows), used)
        else:
            blank = None if t.form != "csv" else ""
            want.rows = [made.get(i) or self.with_extra(r, what, blank) for i, r in enumerate(t.rows)] + [m for row, m in rows if not row]
        if what == "new":
            want.names = t.names + ["extra"]
            want.header = want.header + [Hole("extra")] if t.form == "csv" else []
        if what == "drop":
            k = NAMES.index("num")
            want.names = t.names[:k] + t.names[k + 1:]
            want.header = want.header[:k] + want.header[k + 1:]
            for i, r in enumerate(want.rows):
                if not isinstance(r.cells, Hole) and len(r.cells) == len(NAMES):
                    want.rows[i] = copy.copy(r)
                    want.rows[i].cells = r.cells[:k] + r.cells[k + 1:]
        self.ends(want)

    @staticmethod
    def with_extra(row, what, blank):
        if what == "new":
            row = copy.copy(row)
            row.cells = list(row.cells) + [blank]
        return row

    def leads(self, gone, before, used):
        """The comments of rows that go and stand right before a row."""
        at = before
        while at > 0 and at - 1 in gone:
            at -= 1
        out = "".join(self.t.rows[i].lead for i in range(at, before) if i not in used)
        used.update(range(at, before))
        return out

    def drop(self, want, gone):
        rows, lead = [], ""
        for i, r in enumerate(self.t.rows):
            r = copy.copy(r)
            if i in gone:
                lead += r.lead
            else:
                r.lead = lead + r.lead
                lead = ""
                rows.append(r)
        want.rows, want.left = rows, lead
        self.ends(want)

    def ends(self, want):
        """The last row has the file's end, all others a row end; comments left behind have their own."""
        if getattr(want, "left", ""):
            want.final = True

    # ---- one row of another version ----

    def spoil(self, table, rows, columns=(1, 2, 3)):
        """Other values and spellings in rows of the table, made by hand: which cells changed."""
        rng, done = self.rng, set()
        for i in rows:
            for k in rng.sample(list(columns), rng.randint(1, len(columns))):
                r = table.rows[i] = copy.deepcopy(table.rows[i])
                if rng.random() < 0.3 and table.form == "csv" and r.values[k] is not None:
                    raw = table.cell(rng, r.values[k], k, quote=not r.cells[k].startswith('"'))
                    if raw != r.cells[k]:
                        r.cells[k] = raw
                        done.add((r.values[0], k))
                    continue
                v = table.values(rng, 0)[k]
                if v != r.values[k]:
                    r.values[k], r.cells[k] = v, table.cell(rng, v, k)
                    done.add((r.values[0], k))
        return done

    def restore(self):
        rng, t = self.rng, self.t
        self.commit(t, "base")
        work = copy.deepcopy(t)
        i = rng.randrange(len(t.rows))
        self.spoil(work, rng.sample(range(len(t.rows)), rng.randint(1, len(t.rows))))
        way = rng.choice(["cells", "column", "back", "gone", "columns", "columns"])
        if way == "columns":
            return self.restore_columns(work)
        want = copy.deepcopy(work)
        key = t.rows[i].values[0]
        if way == "back":
            lead = work.rows[i].lead
            del work.rows[i]
            want = copy.deepcopy(work)
            if lead and i < len(work.rows):
                want.rows[i].lead = work.rows[i].lead = lead + work.rows[i].lead
            elif lead:
                want.left = work.left = lead
                want.final = work.final = True
            if i == 0 and work.rows[0].lead:
                return None  # its comment is then below the header, and the header's
            if lead and i == len(work.rows):
                return None  # where such a row comes back is told by the one above: before the comment
            new = self.new_row(t.rows[i].values, NAMES)
            want.rows.insert(i, new)
        elif way == "gone":
            r = work.row(rng, 777)
            r.lead = r.lead if i > 0 else ""
            work.rows.insert(i, r)
            want = copy.deepcopy(work)
            self.t = work
            self.drop(want, {i})
            self.t = t
            key = 777
        else:
            some = [rng.choice([1, 2, 3])] if way == "column" else [1, 2, 3]
            for k in some:
                if t.rows[i].values[k] != work.rows[i].values[k]:
                    want.rows[i].cells[k] = Hole(t.rows[i].values[k])
        self.write(work)
        self.run("restore", "-q", "--row", str(key), *(["--column", NAMES[some[0]]] if way == "column" else []), t.file)
        self.expect(want)

    def restore_columns(self, work):
        """Columns of all rows that both versions have, or of those that meet a condition."""
        rng, t = self.rng, self.t
        some = rng.sample([1, 2, 3], rng.randint(1, 2))
        least = rng.choice([0, 0, 20, 5000])
        if rng.random() < 0.5:
            own = work.row(rng, 777)
            own.lead = ""
            work.rows.insert(rng.randint(1, len(work.rows)), own)
        want, base = copy.deepcopy(work), {r.values[0]: r for r in t.rows}
        spelled, changed = 0, 0
        for r in want.rows:
            old = base.get(r.values[0])
            for k in some if old and r.values[0] >= least else ():
                same = old.values[k] == r.values[k]
                spelled += old.cells[k] != r.cells[k]
                changed += not same
                r.cells[k] = Hole(old.values[k], {old.cells[k], r.cells[k]} if same else {old.cells[k]})
        self.write(work)
        where = ["--where", f"id >= {least}"] if least else []
        columns = [word for k in some for word in ("--column", NAMES[k])]
        for dry in (True, False):
            done = json.loads(self.run("restore", "--json", *(["-n"] if dry else []), *columns, *where, t.file).stdout)
            if not changed <= done["cellsChanged"] <= spelled or done["rowsChanged"] > done["cellsChanged"] or done["dryRun"] != dry:
                raise Failed(f"{done}, where {changed} values and {spelled} spellings differ")
            if dry:
                with open(t.file, "rb") as f:
                    if f.read() != work.bytes():
                        raise Failed("-n has changed the file")
        self.expect(want)

    # ---- patches ----

    def apply(self):
        rng, t = self.rng, self.t
        self.commit(t, "base")
        theirs, ours = copy.deepcopy(t), copy.deepcopy(t)
        rows = list(range(len(t.rows)))
        a = self.spoil(theirs, rng.sample(rows, rng.randint(1, len(rows))))
        b = set()
        for i in rng.sample(rows, rng.randint(0, len(rows))):
            free = [k for k in (1, 2, 3) if (t.rows[i].values[0], k) not in a]
            if free:
                b |= self.spoil(ours, [i], free)
        want = copy.deepcopy(ours)
        for r in want.rows:  # a patch that gives a column other quotes gives them to cells that were edited here, too
            for k in (1, 2, 3):
                if (r.values[0], k) in b:
                    r.cells[k] = Hole(r.values[k], {r.cells[k]})
        touched = {k for k, _ in a | b}
        for i, r in enumerate(t.rows):
            for k in (1, 2, 3):
                if (r.values[0], k) in a:
                    new = theirs.rows[i]
                    same = new.values[k] == r.values[k]
                    if same and b:
                        want.rows[i].cells[k] = Hole(r.values[k], {new.cells[k], r.cells[k]})
                    else:
                        want.rows[i].cells[k] = Hole(new.values[k], {new.cells[k]})
        free = [i for i, r in enumerate(t.rows) if r.values[0] not in touched]
        if free and rng.random() < 0.5:
            i = rng.choice(free)
            lead = t.rows[i].lead
            del theirs.rows[i]
            del want.rows[i]
            if lead and i < len(theirs.rows):  # the comment stays in theirs, and so here
                theirs.rows[i].lead = lead + theirs.rows[i].lead
                want.rows[i].lead = lead + want.rows[i].lead
            elif lead:
                theirs.left = want.left = lead
                theirs.final = want.final = True
        elif rng.random() < 0.5:
            i = rng.randrange(len(theirs.rows) + 1)
            new = theirs.row(rng, 555)
            new.lead = ""
            theirs.rows.insert(i, new)
            want.rows.insert(i, self.new_row(new.values, NAMES))
            if i < len(want.rows) - 1 and t.rows[i].lead:
                return None  # before or after its comment: both are right
        if not b:
            want = theirs
        self.write(theirs)
        made = self.run("diff", "--format", "patch", t.file).stdout
        with open("p", "wb") as f:
            f.write(made)
        self.write(ours)
        self.run("apply", "p")
        self.expect(want)

    # ---- one row by its key, in files as people leave them ----

    def word(self, name, value):
        if value is None and self.t.form != "csv":
            return name + ":=null"
        return f"{name}={self.t.text(value)}"

    def try_rows(self, table, args, code, want):
        """A command on table's file, of some mode; afterwards it is want's, of the same mode."""
        self.write(table)
        mode = self.rng.choice([0o644, 0o600, 0o640, 0o755, 0o664])
        os.chmod(table.file, mode)
        self.run(*args, code=(code,))
        with open(table.file, "rb") as f:
            wrong = want.compare(f.read())
        if wrong:
            raise Failed(wrong)
        if os.stat(table.file).st_mode & 0o777 != mode:
            raise Failed(f"the mode {mode:o} has become {os.stat(table.file).st_mode & 0o777:o}")

    def member(self, table, i, name, cell):
        """A member at the end of one row, and of no other."""
        table.names = table.names + [name]
        for k, r in enumerate(table.rows):
            table.rows[k] = r = copy.copy(r)
            r.cells = list(r.cells) + [cell if k == i else None]

    def keyed(self):
        rng, t = self.rng, self.t
        csv = t.form == "csv"
        i = rng.randrange(len(t.rows))
        alone = copy.deepcopy(t)
        if not csv:  # what only one row has
            self.member(alone, i, "only", '"here"')
        self.commit(alone, "base")
        key = str(t.rows[i].values[0])
        if not csv:
            self.try_rows(t, ["restore", "-q", "--row", key, t.file], 0, alone)
            lost = copy.deepcopy(alone)
            lost.rows[i].cells[-1] = None
            self.try_rows(alone, ["delete", t.file, "nothing"], 0, alone)
            want = copy.deepcopy(alone)
            self.member(want, i, "new", Hole("x y"))
            self.try_rows(alone, ["set", t.file, key, "new=x y"], 0, want)
        if not csv and i > 0:
            gone = copy.deepcopy(alone)
            self.t = alone
            self.drop(gone, {i})
            self.t = t
            want = copy.deepcopy(alone)
            want.rows[i] = self.new_row(alone.rows[i].values + ["here"], NAMES + ["only"])
            self.try_rows(gone, ["restore", "-q", "--row", key, t.file], 0, want)
        values = t.values(rng, 0)
        words = [self.word(n, v) for n, v in zip(NAMES, values)][1:]
        twice = copy.deepcopy(t)
        again = twice.row(rng, t.rows[i].values[0])
        again.lead = ""
        at = rng.randint(1, len(t.rows))
        twice.rows.insert(at, again)
        for args in (["set", t.file, key, *words], ["delete", t.file, key], ["restore", "--row", key, t.file],
                     ["set", t.file, "", *words], ["set", "--if", "num is null", t.file, key, *words]):
            self.try_rows(twice, args, 2, twice)
        both = [k for k, r in enumerate(twice.rows) if r.values[0] == t.rows[i].values[0]]
        want = copy.deepcopy(twice)
        for k in both:
            want.rows[k].cells = [want.rows[k].cells[0]] + [Hole(v) for v in values[1:]]
        self.try_rows(twice, ["set", "--all", t.file, key, *words], 0, want)
        want = copy.deepcopy(twice)
        self.t = twice
        self.drop(want, set(both))
        self.t = t
        if both[0] != 0:  # a comment above the first row would be the header's
            self.try_rows(twice, ["delete", "--all", t.file, key], 0, want)
        self.links(words, key)

    def links(self, words, key):
        """What is behind a link is not written, and the link stays."""
        t = self.t
        os.rename(t.file, "behind")
        os.symlink("behind", t.file)
        with open("behind", "rb") as f:
            before = f.read()
        with open("data.ndjson", "w", encoding="utf-8") as f:
            f.write('{"id": 1}\n')
        arrow = self.run("convert", "--format", "arrow", "data.ndjson", "-").stdout
        for args in (["set", t.file, key, *words], ["delete", t.file, key], ["restore", "--row", key, t.file],
                     ["rename-column", t.file, "num", "n"], ["add", "--arrow", "-", t.file]):
            self.run(*args, code=(2,), data=arrow)
            with open("behind", "rb") as f:
                if f.read() != before or not os.path.islink(t.file):
                    raise Failed("the link or what is behind it has changed")

    def rename(self):
        t = self.t
        self.commit(t, "base")
        k = self.rng.randrange(len(NAMES))
        name = self.rng.choice(["Preis", "new name", "a;b", "n\u00e4he"])
        want = copy.deepcopy(t)
        if t.form == "csv":
            want.header[k] = Hole(name)
        want.names[k] = name
        self.run("rename-column", t.file, NAMES[k], name)
        self.expect(want)


def main():
    seed, count, first = int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 0
    failed = 0
    for n in range(first, first + count):
        folder = f"case{n}"
        os.mkdir(folder)
        top = os.getcwd()
        os.chdir(folder)
        subprocess.run([VARVE, "init", "-q", "."], check=True)
        case = Case(seed * 1000003 + n)
        tool = [Case.arrow, Case.arrow, Case.restore, Case.apply, Case.rename, Case.keyed][n % 6]
        try:
            tool(case)
        except Failed as e:
            t = case.t
            print(f"edits_model.py: seed {seed}, case {n}: {tool.__name__}: {e}")
            print(f"  {t.form}, {t.encoding}, delimiter {t.delimiter!r}, end {t.newline!r}, comments {t.comments}, "
                  f"lines above {t.skip}, below {t.footer}, final row end {t.final}")
            for said in case.said:
                print("  varve " + said)
            print(f"  in {os.getcwd()}", flush=True)
            failed += 1
            if failed == 5:
                break
            os.chdir(top)
            continue
        os.chdir(top)
        shutil.rmtree(folder)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
