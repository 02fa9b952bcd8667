"""spelling_model.py SEED: base.csv, excel.csv (the base as Excel writes it, with edits), want.csv (the base with the same edits)."""
import random
import sys

seed = int(sys.argv[1])
r = random.Random(seed)
country = r.choice(["us", "uk", "german", "dutch"])
encoding = r.choice(["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
short = r.random() < 0.3 and "%02d" or None  # years of two digits
mark, delimiter = (".", ",") if country in ("us", "uk") else (",", ";")
print(country, encoding, "short years" if short else "")


def excel(v):
    """A cell as Excel shows it, by rules of its own: int(), float() and a table of texts."""
    kind, text = v
    if kind == "code":
        return str(int(text))
    if kind == "long":
        digits, power = ("%.5E" % int(text)).split("E")
        return f"{digits.rstrip('0')}E{power}".replace(".", mark) if len(text) > 11 else text
    if kind == "price":
        return ("%.2f" % float(text)).rstrip("0").rstrip(".").replace(".", mark)
    if kind == "day":
        y, m, d = text.split("-")
        y = y[2:] if short else y
        return {"us": f"{int(m)}/{int(d)}/{y}", "uk": f"{d}/{m}/{y}", "german": f"{d}.{m}.{y}", "dutch": f"{int(d)}-{int(m)}-{y}"}[country]
    if kind == "gene":
        return {"MARCH1": "1-Mar", "SEPT2": "2-Sep", "DEC1": "1-Dec"}.get(text, text)
    return text


def row(i):
    return [
        ("code", "%05d" % (i * 7 + 1)),
        ("gene", r.choice(["MARCH1", "SEPT2", "DEC1", "TP53", "BRCA1"])),
        ("day", "20%02d-%02d-%02d" % (r.randint(10, 29), r.randint(1, 12), r.randint(1, 28))),
        ("long", str(r.choice([1234567, 11111, 98765]) * (10**9 if r.random() < 0.7 else 1))),
        ("price", "%d.%02d" % (r.randint(0, 99), r.randint(0, 99))),
        ("note", r.choice(["plain", "caf\u00e9", "x y", ""])),
    ]


def line(cells, d):
    return d.join('"%s"' % c if d in c else c for c in cells)


names = ["code", "gene", "day", "long", "price", "note"]
rows = [row(i) for i in range(r.randint(20, 80))]
base = [line(names, ",")] + [line([c[1] for c in x], ",") for x in rows]
want, shown = [base[0]], [line(names, delimiter)]
for x in rows:
    if r.random() < 0.05:
        continue  # removed
    x = list(x)
    if r.random() < 0.2:
        x[5] = ("note", "%s %d" % (r.choice(["edited", "M\u00fcsli", "\u00e9t\u00e9"]), r.randint(0, 9)))
    if r.random() < 0.1:
        x[4] = ("price", "%d.%d0" % (r.randint(100, 199), r.randint(1, 9)))
    y, m, d = x[2][1].split("-")
    if r.random() < 0.3 and int(d) < 13:
        x[2] = ("day", f"{y}-{d}-{m}")  # the most usual correction of a date
    elif r.random() < 0.1:
        x[2] = ("day", "20%02d-%02d-%02d" % (r.randint(10, 29), r.randint(1, 12), r.randint(1, 28)))
    want.append(line([c[1] for c in x], ","))
    shown.append(line([excel(c) for c in x], delimiter))
for i in range(r.randint(0, 3)):
    x = row(500 + i)
    x[0], x[1], x[3], x[4] = ("code", "%05d" % (5000 + i)), ("gene", "NEW"), ("long", "7"), ("price", "%d.50" % i)
    want.append(line([c[1] for c in x], ","))
    shown.append(line([excel(c) for c in x], delimiter))
for name, lines, end, code in (("base.csv", base, "\n", "utf-8"), ("want.csv", want, "\n", "utf-8"), ("excel.csv", shown, "\r\n", encoding)):
    with open(name, "w", newline="", encoding=code) as f:
        f.write(end.join(lines) + end)
