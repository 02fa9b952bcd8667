"""Random files of tables that cross everything in which files differ: quotes, marks of comments, line ends, delimiters,
rows of other widths, encodings, forms of JSON, lines around the rows, orders of keys. make(SEED, NUMBER) gives one, always the
same; change gives a second version of it."""
import json
import random

WORDS = ["", "a", "b c", "#a", "#", "# x", "'", '"', '""', 'say "hi"', "x,y", "p;q", "t\tt", "|", " lead", "trail ", "  ",
         "ü", "é€", "日本", "NULL", "null", "NA", "-", "--", "=1+1", "true", "1", "01", "-0", "1.50", "1,5", "1.234,50", "1e5",
         "1E+05", "0x1f", "2024-02-29", "2024-13-01", "12:30", "2024-01-01T00:00:00Z", "99999999999999999999", "0.1000",
         "\\", "\\n", 'a\\"b', "//c", "%", "{}", "[1]", "\u00a0", "\u200b", "Total", "Source: x", "a\u0301"]
ENDS = ["\n", "\n", "\n", "\r\n", "\r\n", "\r"]


def word(r, level):
    if level == 0:
        return r.choice(["a", "b", "cd", "1", "22", "3.5", "", "x y"])
    k = r.random()
    if k < 0.6:
        return r.choice(WORDS)
    if k < 0.7:
        return str(r.randrange(-1000, 100000))
    if k < 0.8:
        return "%.*f" % (r.randrange(5), r.uniform(-100, 100))
    if k < 0.85:
        return "".join(r.choice("ab,;\"'#\t\\ \u00fc") for _ in range(r.randrange(12)))
    if k < 0.87:
        return r.choice(["two\nlines", "two\r\nlines", "cr\rin", "\n", "#\n#"])
    if k < 0.872:
        return "w" * r.choice([300, 5000, 70000])
    return r.choice("abcdefgh") * r.randrange(1, 9)


class Csv:
    """How a file of CSV is written."""

    def __init__(self, r):
        self.r = r
        self.delimiter = r.choice(",,,,;;\t\t|: ^~\1")
        self.end = r.choice(ENDS)
        self.mixed_ends = r.random() < 0.1
        self.quoting = r.choice(["minimal", "minimal", "minimal", "all", "text", "nonempty", "random", "never", "column"])
        self.escape = r.random() < 0.08
        self.quote = r.choice('""""""""\'')
        self.space = r.random() < 0.08
        self.final = r.random() < 0.8
        self.quote_marks = r.random() < 0.5
        self.comments = r.random() < 0.35
        self.columns_quoted = [r.random() < 0.5 for _ in range(400)]

    def cell(self, text, column, count):
        q = self.quote
        special = any(c in text for c in (self.delimiter, "\n", "\r", q)) or (count == 1 and text == "") or (
            self.quote_marks and text[:1] == "#" and column == 0) or (self.escape and "\\" in text)
        wanted = {"minimal": special, "all": True, "nonempty": text != "",
                  "text": text != "" and not text.replace(".", "").replace("-", "").isdigit(),
                  "random": special or self.r.random() < 0.2, "never": False,
                  "column": special or self.columns_quoted[column % 400]}[self.quoting]
        if not wanted:
            return text
        if self.escape:
            return q + text.replace("\\", "\\\\").replace(q, "\\" + q) + q
        return q + text.replace(q, q + q) + q

    def row(self, cells):
        between = self.delimiter + (" " if self.space else "")
        return between.join(self.cell(c, i, len(cells)) for i, c in enumerate(cells))

    def ended(self):
        return self.r.choice(["\n", "\r\n", "\r"]) if self.mixed_ends and self.r.random() < 0.2 else self.end


def note(r, mark):
    return mark + r.choice(["", " ", " note", " a,b,c", ' "quoted', "#", "\tx", " ünï", "1;2;3", " x," * 12])


def csv_text(r):
    how = Csv(r)
    level = r.choice([0, 1, 1, 1])
    columns = r.choice([1, 2, 2, 3, 3, 4, 5, 8, 12, 60])
    rows = r.choice([0, 1, 2, 3, 5, 8, 20, 20, 20, 50, 50, 200, 900, 3000]) if columns < 12 else r.choice([1, 3, 10, 40])
    lines = []
    mark = r.choice("####%;/")
    for _ in range(r.choice([0, 0, 0, 0, 0, 1, 1, 2, 4])):  # above
        lines.append(r.choice([note(r, mark), "A title", "", "Report,,", "made " + word(r, 0)]))
    if r.random() < 0.85:
        names = ["id", "name", "v", "Größe", "a b", "x,1", "", "id", "col#", "#n"]
        lines.append(how.row([names[i] if i < len(names) and r.random() < 0.8 else "c%d" % i for i in range(columns)]))
        if r.random() < 0.05:
            lines.append(how.row(["unit"] * columns))
    serial, ragged, blanks = r.random() < 0.7, r.choice([0, 0, 0, 0, 0.02]), r.choice([0, 0, 0.02])
    for n in range(rows):
        cells = [word(r, level) for _ in range(columns)]
        if serial:
            cells[0] = str(n + 1) if r.random() < 0.98 else "#%d" % n
        if r.random() < ragged:
            cells = cells[: r.randrange(1, columns + 1)] if r.random() < 0.9 else cells + ["extra"]
        lines.append(how.row(cells))
        if how.comments and r.random() < 0.06:
            lines.append(note(r, mark))
        if r.random() < blanks:
            lines.append(r.choice(["", "", " ", how.delimiter * (columns - 1)]))
    for _ in range(r.choice([0, 0, 0, 0, 0, 1, 2])):  # below
        lines.append(r.choice(["", note(r, mark), "Total" + how.delimiter + "12", "Source: X", "(end)"]))
    text = "".join(l + how.ended() for l in lines)
    if lines and not how.final:
        text = text[: -len(how.end)] if text.endswith(how.end) else text
    return text


def value(r, depth=0):
    k = r.random()
    if k < 0.35:
        return json.dumps(word(r, 1), ensure_ascii=r.random() < 0.3)
    if k < 0.65:
        return r.choice(["0", "-0", "1", "12", "1.0", "1.50", "-3.25", "1e5", "1E+05", "1.0e-3", "12345678901234567890", "0.1"])
    if k < 0.8:
        return r.choice(["true", "false", "null", "null"])
    if k < 0.88:
        return r.choice([r'"\u00fc"', r'"\ud83d\ude00"', r'"a\/b"', r'"\n\t"', '"\\ud800"', '"\u2028"', '""'])
    if depth > 1:
        return "[]"
    if k < 0.94:
        return "[" + ", ".join(value(r, depth + 1) for _ in range(r.randrange(3))) + "]"
    return "{" + ",".join('"k%d": %s' % (i, value(r, depth + 1)) for i in range(r.randrange(3))) + "}"


def json_object(r, names, n, form):
    members = [(k, value(r)) for k in names if r.random() < form["full"]]
    if form["serial"]:
        members = [("id", str(n))] + members
    if r.random() < form["shuffled"]:
        r.shuffle(members)
    colon, comma, open_, close = form["marks"]
    if r.random() < form["odd"]:
        colon, comma = r.choice([" : ", ":  "]), r.choice([" ,", ",  "])
    return open_ + comma.join(json.dumps(k, ensure_ascii=form["ascii"]) + colon + v for k, v in members) + close


def json_form(r):
    return {"full": r.choice([1, 1, 0.9, 0.6]), "serial": r.random() < 0.7, "shuffled": r.choice([0, 0, 0, 0.1, 1]),
            "odd": r.choice([0, 0, 0, 0.05]), "ascii": r.random() < 0.3,
            "marks": r.choice([(":", ",", "{", "}"), (": ", ", ", "{", "}"), (": ", ", ", "{ ", " }"),
                               (": ", ",\n    ", "{\n    ", "\n  }")])}


def json_rows(r, form):
    names = r.sample(["name", "v", "größe", "a/b", "a b", "x.y", "tags", "", "日", "k\\\\", "q\\\"", "n"], r.randrange(1, 7))
    return [json_object(r, names, n, form) for n in range(r.choice([0, 1, 2, 5, 20, 60, 300]))]


def ndjson_text(r):
    form = json_form(r)
    form["marks"] = form["marks"] if "\n" not in form["marks"][1] else (":", ",", "{", "}")
    end = r.choice(["\n", "\n", "\r\n"])
    text = "".join(r.choice(["", "", "", "", " ", "\n"]) * (r.random() < 0.03) + o + " " * (r.random() < 0.02) + end
                   for o in json_rows(r, form))
    return text if r.random() < 0.8 else text[: -len(end)]


def json_text(r):
    rows = json_rows(r, json_form(r))
    between = r.choice([",\n", ",\n  ", ", ", ",", " ,\n", ",\r\n"])
    array = r.choice(["[", "[\n", "[\n  ", " [ "]) + between.join(rows) + r.choice(["]", "\n]", "\n]\n", " ] \n"])
    if r.random() < 0.3:
        array = '{"meta": {"n": %s, "s": [1, 2]},%s"rows": %s, "after": "x"}\n' % (value(r), r.choice([" ", "\n"]), array)
    return array


def encoded(r, text):
    k = r.random()
    if k < 0.72:
        return text.encode("utf-8", "surrogatepass")
    if k < 0.78:
        return b"\xef\xbb\xbf" + text.encode()
    if k < 0.86:
        return text.encode(r.choice(["cp1252", "latin-1", "cp850"]), "replace")
    if k < 0.92:
        name = r.choice(["utf-16-le", "utf-16-be"])
        mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[name] if r.random() < 0.8 else b""
        return mark + text.encode(name, "replace")
    if k < 0.95:
        return text.encode(r.choice(["shift_jis", "cp932", "euc-jp", "gb18030", "koi8-r"]), "replace")
    data = bytearray(text.encode())
    for _ in range(r.randrange(1, 4)):
        if data:
            data[r.randrange(len(data))] = r.choice([0, 0x80, 0xff, 0xfc, 10, 13, 34, 35])
    return bytes(data)


def sure(r, kind):
    """A table for sure, with one property that files by chance have seldom."""
    end, rows = r.choice(ENDS[:5]), ["%d,%s,%d.50" % (n, r.choice(["a", "b c", "Müller", "x"]), r.randrange(99)) for n in range(1, r.randrange(12, 90))]
    options, at = [], r.randrange(3, len(rows) - 2)
    if kind == "comments":
        rows[at:at] = ["# about the next row", "# and more"]
    elif kind == "odd rows":
        rows[at] = rows[at].rsplit(",", r.choice([1, 2]))[0]
        rows.insert(at + 2, "")
    elif kind == "frame":
        rows = ["A title of %d words" % r.randrange(9), ""] + ["id,name,v"] + rows + ["", "Source: the office", "(end)"]
    elif kind == "rare delimiter":
        mark = r.choice("^~\1")
        rows = [row.replace(",", mark) for row in rows]
        rows[at] += ", or so"  # with a usual delimiter it would be refused
        return "csv", (end.join([mark.join(["id", "name", "v"])] + rows) + end).encode(), []
    elif kind == "key order":
        r.shuffle(rows)
        options = ["--key", "id", "--order", "key"]
    if kind in ("JSON", "document"):
        rows = ['{"id": %d, "name": "%s", "v": %d.50}' % (n, r.choice(["a", "Müller"]), r.randrange(99)) for n in range(1, r.randrange(12, 90))]
        text = "[\n" + ",\n".join(rows) + "\n]\n"
        return "json", ('{"made": "today", "rows": %s}\n' % text if kind == "document" else text).encode(), ["--as", "table"]
    text = end.join(rows if kind == "frame" else ["id,name,v"] + rows) + end
    return "csv", text.encode("cp1252" if kind == "encoding" else "utf-8"), options


SURE = ["comments", "odd rows", "frame", "key order", "JSON", "document", "encoding", "rare delimiter"]


def make(seed, number):
    """(name, bytes, options of add); of 50 files 8 have a property for sure."""
    r = random.Random("%d/%d" % (seed, number))
    if number % 50 < len(SURE):
        ext, data, options = sure(r, SURE[number % 50])
        return "f%d.%s" % (number, ext), data, options
    kind = r.choice(["csv"] * 14 + ["ndjson"] * 3 + ["json"] * 3)
    text = {"csv": csv_text, "ndjson": ndjson_text, "json": json_text}[kind](r)
    options = []
    if kind == "csv":
        options = r.choice([[]] * 8 + [["--comment", "#"], ["--comment", "none"], ["--no-header"], ["--no-key"],
                                       ["--quote", "none"], ["--as", "table"], ["--as", "file"]])
    if r.random() < 0.08:
        options = options + ["--key", "id"] + r.choice([[], ["--order", "key"]])
    return "f%d.%s" % (number, r.choice(["csv", "csv", "tsv", "txt"]) if kind == "csv" else kind), encoded(r, text), options


def edit(r, data):
    """Another version, with the same rows and other cells."""
    for _ in range(r.choice([1, 1, 5])):
        old, new = r.choice([(b".50", b".75"), (b"a,", b"aa,"), (b"b c", b"d"), (b'"a"', b'"b"'), (b".75", b".25")])
        at = r.randrange(len(data))
        data = data[:at] + data[at:].replace(old, new, 1)
    return data


def change(r, data):
    """Another version of the bytes: some lines of it, or all of its line ends, or its end."""
    end = b"\r\n" if b"\r\n" in data else b"\n"
    lines = data.split(end)
    for _ in range(r.choice([1, 1, 2, 5])):
        k, at = r.randrange(10), r.randrange(len(lines))
        if k == 0:
            del lines[at]
            lines = lines or [b""]
        elif k == 1:
            lines.insert(at, lines[r.randrange(len(lines))])
        elif k == 2:
            lines.insert(at, r.choice([b"", b"#", b"# later", b"#1;2,3", b"Total", b" "]))
        elif k == 3:
            lines[at] = lines[at].replace(b"a", r.choice([b"#", b'"', b"b", b'""', b"\r", "ü".encode(), b"\xfc"]), 1)
        elif k == 4:
            lines[at] += r.choice([b"x", b'"', b" ", b",", b";1", b"\xe9"])
        elif k == 5:
            lines[at] = b"#" + lines[at]
        elif k == 6:
            other = r.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif k == 7 and r.random() < 0.3:
            end = r.choice([b"\n", b"\r\n", b"\r"])
        elif k == 8 and lines[-1] == b"":
            lines.pop()
            lines = lines or [b""]
        else:
            lines[at] = bytes(r.choice(b"0123456789abc") if c in b"0123456789" and r.random() < 0.3 else c for c in lines[at])
    return b"" if len(data) % 61 == 0 else end.join(lines)
