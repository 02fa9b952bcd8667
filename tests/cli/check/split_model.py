#!/usr/bin/env python3
"""split_model.py SEED: random files in several forms, divided by 'varve check': what passes is the file's bytes without the lines
of the other rows, and both together are all rows. Works in the current folder."""
import csv, io, json, random, subprocess, sys

random.seed(int(sys.argv[1]))
for round_ in range(6):
    delimiter, end = random.choice(",;\t"), random.choice(["\n", "\r\n"])
    form = random.choice(["csv", "csv", "ndjson"])
    rows = [[i, random.randint(-3, 9), random.choice(["a", "b c", 'x"y', "", "d" + delimiter + "e", "ä"])]
            for i in range(random.randint(1, 200))]
    lines = []
    for r in rows:
        if form == "csv":
            out = io.StringIO()
            csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])).writerow(r)
            lines.append(out.getvalue())
        else:
            lines.append(json.dumps({"id": r[0], "n": r[1], "s": r[2]}, ensure_ascii=random.random() < 0.5) + end)
    head = delimiter.join(["id", "n", "s"]) + end if form == "csv" else ""
    name = {"csv": "t.tsv" if delimiter == "\t" else "t.csv", "ndjson": "t.ndjson"}[form]
    with open(name, "w", newline="") as f:
        f.write(head + "".join(lines))
    good = [line for line, r in zip(lines, rows) if r[1] >= 0]
    with open("t.checks", "w") as f:
        f.write(f"[{name}]\nn >= 0\n")
    ran = subprocess.run(["varve", "check", "-q", "--files", name, "--rules", "t.checks", "--passed-rows", "good", "--failed-rows", "bad"],
                         capture_output=True, text=True)
    assert ran.returncode == (1 if len(good) < len(rows) else 0), ran.stderr
    with open("good", newline="") as f:
        assert f.read() == head + "".join(good), (sys.argv[1], round_, form, delimiter)
    with open("bad", newline="") as f:
        text = f.read()
    if form == "csv":
        bad = list(csv.reader(io.StringIO(text), delimiter=delimiter))[1:]
    else:
        bad = [[b.get("check_line"), b["check_row"], b["check_problems"], b["id"], b["n"], b["s"]]
               for b in (json.loads(line) for line in text.splitlines())]
    assert [b[3:] for b in bad] == [[str(c) for c in r] if form == "csv" else r for r in rows if r[1] < 0], bad
    assert [int(b[1]) - 1 for b in bad] == [i for i, r in enumerate(rows) if r[1] < 0]
    assert all("row-constraint" in b[2] for b in bad)
print("ok")
