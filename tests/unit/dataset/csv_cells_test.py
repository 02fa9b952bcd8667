"""Compares our CSV scanner with Python's csv module over thousands of made files.

Usage: csv_cells_test.py PROGRAM   (the helper csv_cells)
"""
import csv
import io
import os
import random
import struct
import subprocess
import sys

FILES = 6000 if os.environ.get("VARVE_TEST_ALL") else 3000


def pick_dialect(rnd):
    quote = rnd.choice(['"', '"', '"', "'", None])
    escape = "\\" if quote and rnd.random() < 0.25 else None
    return {"delimiter": rnd.choice([",", ";", "\t", "|", " "]), "quote": quote, "escape": escape}


def noise(rnd, d):
    """Any bytes, those that matter often."""
    marks = [d["delimiter"]] * 4 + ["\n", "\r", "\r\n", "\0", "\xe9"] + ([d["quote"]] * 3 if d["quote"] else ['"'])
    calm = rnd.choice([1, 3, 10, 40])
    return "".join(rnd.choice(marks) if rnd.randrange(calm) == 0 else rnd.choice("abcd12 ")
                   for _ in range(rnd.randrange(400)))


def written(rnd, d):
    """What Python's own writer makes of random rows."""
    out = io.StringIO(newline="")
    styles = [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]
    w = csv.writer(out, delimiter=d["delimiter"], quotechar=d["quote"] or '"', lineterminator=rnd.choice(["\n", "\r\n", "\r"]),
                   quoting=rnd.choice(styles))
    plain = "ab1" if d["quote"] is None else "ab1,;|\t \"'\n\r"
    for _ in range(rnd.randrange(30)):
        w.writerow(["".join(rnd.choice(plain) for _ in range(rnd.choice([0, 1, 3, 8, 90]))) for _ in range(rnd.randrange(1, 9))])
    return out.getvalue()


def escaped(rnd, d):
    """Cells in quotes with escapes. Outside of quotes Python takes an escape character
    for one as well, so none stands there."""
    rows = []
    for _ in range(rnd.randrange(1, 12)):
        cells = []
        for _ in range(rnd.randrange(1, 6)):
            text = "".join(rnd.choice(["a", "b", "\\\\", "\\" + d["quote"], "\\x", d["quote"] * 2, d["delimiter"], "\n"])
                           for _ in range(rnd.randrange(12)))
            cells.append(d["quote"] + text + d["quote"] if rnd.random() < 0.7 else "plain")
        rows.append(d["delimiter"].join(cells))
    return rnd.choice(["\n", "\r\n", "\r"]).join(rows)


def python_reading(text, d):
    options = {"delimiter": d["delimiter"], "strict": True, "escapechar": d["escape"], "doublequote": True}
    if d["quote"] is None:
        options["quoting"] = csv.QUOTE_NONE
    else:
        options["quotechar"] = d["quote"]
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), **options) if row]
    except csv.Error:
        return None


def our_reading(line):
    if line.startswith("refused: "):
        return None
    return [[bytes.fromhex(c).decode("latin-1") for c in row.split(",")] for row in line.split(";")[:-1]]


def main():
    rnd = random.Random(20240229)
    csv.field_size_limit(1 << 30)
    files, stream = [], []
    for i in range(FILES):
        d = pick_dialect(rnd)
        make = escaped if d["escape"] else rnd.choice([noise, written])
        text = make(rnd, d)
        data = text.encode("latin-1")
        files.append((d, text))
        stream.append(struct.pack("<BBBII", ord(d["delimiter"]), ord(d["quote"] or "\0"), ord(d["escape"] or "\0"),
                                  rnd.choice([1, 7, 64, 100, 1 << 20]), len(data)) + data)
    done = subprocess.run([sys.argv[1]], input=b"".join(stream), stdout=subprocess.PIPE, check=True)
    lines = done.stdout.decode("ascii", "replace").split("\n")[:-1]
    if len(lines) != len(files):
        sys.exit(f"{len(files)} files went in, {len(lines)} came out")
    counts = {"read": 0, "refused": 0}
    for number, ((d, text), line) in enumerate(zip(files, lines)):
        theirs, ours = python_reading(text, d), our_reading(line)
        if theirs != ours:
            sys.exit(f"file {number} ({d}):\n{text!r}\nPython: {theirs}\nours:   {ours if ours is not None else line}")
        counts["refused" if ours is None else "read"] += 1
    print(f"{counts['read']} files read alike, {counts['refused']} refused by both")
    if counts["read"] < FILES // 2 or counts["refused"] < FILES // 20:
        sys.exit("the files are not varied enough")


if __name__ == "__main__":
    main()
