"""Random conditions over a random table, evaluated by Python's fractions with SQL's logic, and by
`varve check`: both must find the same rows.

usage: conditions.py SEED CONDITIONS ROWS      (in an empty folder)
"""
import csv
import datetime
import json
import math
import re
import random
import subprocess
import sys
from fractions import Fraction

seed, conditions, rows = map(int, sys.argv[1:])
rng = random.Random(seed)
NUMBERS, TEXTS, DAYS = ["a", "b", "c"], ["s", "two words"], ["d", "e"]


def number():
    kind = rng.randrange(6)
    if kind == 0:
        return ""
    if kind == 1:
        return str(rng.randint(-3, 3))
    if kind == 2:
        return f"{rng.randint(-10**20, 10**20)}.{rng.randint(0, 10**12):012d}"
    if kind == 3:
        return f"{rng.randint(-99, 99)}e{rng.randint(-40, 40)}"
    return f"{rng.choice(['', '-', '+'])}{rng.randint(0, 20)}.{rng.randint(0, 99):02d}"


def day():
    return rng.choice(["", f"2024-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}", "2023-12-31", "2024-02-29"])


def text():
    return rng.choice(["", "x", "xy", "a'b", "\u00e4\u00f6", "Zz", "10"])


table = [{**{c: number() for c in NUMBERS}, **{c: text() for c in TEXTS}, **{c: day() for c in DAYS}} for _ in range(rows)]


def quoted(name):
    return f'"{name}"' if " " in name else rng.choice([name, f'"{name}"', f"`{name}`"])


# Each maker gives (text, function of a row that answers the value, or None for unknown).
def arithmetic(depth):
    if depth == 0 or rng.random() < 0.3:
        if rng.random() < 0.6:
            name = rng.choice(NUMBERS)
            return quoted(name), lambda r: Fraction(r[name]) if r[name] else None
        if rng.random() < 0.3:
            name = rng.choice(TEXTS)
            return f"length({quoted(name)})", lambda r: Fraction(len(r[name])) if r[name] else None
        literal = rng.choice(["0", "1", "2", "0.5", "10.25", "1e3", "123456789012345678901234567890", "0.1"])
        return literal, lambda r: Fraction(literal)
    if rng.random() < 0.25:
        return call(depth)
    if rng.random() < 0.15:
        inner, f = arithmetic(depth - 1)
        return f"-({inner})", lambda r: None if f(r) is None else -f(r)
    sign = rng.choice("+-*/")
    (x, f), (y, g) = arithmetic(depth - 1), arithmetic(depth - 1)

    def value(r):
        p, q = f(r), g(r)
        if p is None or q is None or (sign == "/" and q == 0):
            return None
        return {"+": lambda: p + q, "-": lambda: p - q, "*": lambda: p * q, "/": lambda: p / q}[sign]()

    return f"({x} {sign} {y})", value


def half_up(x, places):
    scaled = abs(x) * Fraction(10) ** places
    return (1 if x >= 0 else -1) * Fraction(math.floor(scaled + Fraction(1, 2))) / Fraction(10) ** places


def truncated(x, y):
    return x - y * math.trunc(x / y)


def iso(r, name):
    return datetime.date.fromisoformat(r[name]) if r[name] else None


def known(f, *of):
    """f of values that are all known."""
    return lambda r: None if any(g(r) is None for g in of) else f(*[g(r) for g in of])


# What functions give numbers: of numbers, of dates, of texts.
def call(depth):
    kind = rng.randrange(12)
    (x, f), (y, g) = arithmetic(depth - 1), arithmetic(depth - 1)
    if kind == 0:
        return f"abs({x})", known(abs, f)
    if kind == 1:
        name = rng.choice(["floor", "ceil", "trunc", "sign"])
        one = {"floor": math.floor, "ceil": math.ceil, "trunc": math.trunc, "sign": lambda v: (v > 0) - (v < 0)}[name]
        return f"{name}({x})", known(lambda v: Fraction(one(v)), f)
    if kind == 2:
        places = rng.choice([0, 1, 2, 5, -1, -3])
        return f"round({x}, {places})", known(lambda v: half_up(v, places), f)
    if kind == 3:
        return (f"({x} % ({y}))" if depth < 2 else f"mod({x}, {y})",
                lambda r: None if f(r) is None or not g(r) else truncated(f(r), g(r)))
    if kind == 4:
        name, one = rng.choice([("least", min), ("greatest", max)])
        return f"{name}({x}, {y})", known(one, f, g)
    if kind == 5:
        a, b = rng.choice(DAYS), rng.choice(DAYS)
        return f"days({a}, {b})", known(lambda p, q: Fraction((q - p).days), lambda r: iso(r, a), lambda r: iso(r, b))
    if kind == 6:
        a = rng.choice(DAYS)
        name, one = rng.choice([("year", lambda v: v.year), ("month", lambda v: v.month), ("day", lambda v: v.day),
                                ("quarter", lambda v: (v.month + 2) // 3), ("weekday", lambda v: v.isoweekday()),
                                ("week", lambda v: v.isocalendar()[1]), ("yearday", lambda v: v.timetuple().tm_yday)])
        return f"{name}({a})", known(lambda v: Fraction(one(v)), lambda r: iso(r, a))
    if kind == 7:
        a, b = rng.choice(NUMBERS), rng.choice(NUMBERS)  # what is missing, not what is unknown, is passed over
        return (f"coalesce({a}, {b}, 7)",
                lambda r: Fraction(r[a]) if r[a] else Fraction(r[b]) if r[b] else Fraction(7))
    if kind == 8:
        words, h = atom()
        return f"iif({words}, {x}, {y})", lambda r: f(r) if h(r) else g(r)
    if kind == 9:
        words, h = made_text()
        part = rng.choice(["x", "b", "\u00f6", "10"])
        return f"instr({words}, '{part}')", known(lambda v: Fraction(v.find(part) + 1), h)
    words, h = made_text()
    return f"length({words})", known(lambda v: Fraction(len(v)), h)


def ascii_case(v, upper):
    return re.sub("[a-z]" if upper else "[A-Z]", lambda m: m[0].upper() if upper else m[0].lower(), v)


def made_text():
    name = rng.choice(TEXTS)
    x, f = quoted(name), lambda r: r[name] or None
    kind = rng.randrange(9)
    if kind == 0:
        upper = rng.random() < 0.5
        return f"{'upper' if upper else 'lower'}({x})", known(lambda v: ascii_case(v, upper), f)
    if kind == 1:
        return f"trim({x}, 'x')", known(lambda v: v.strip("x"), f)
    if kind == 2:
        other = rng.choice(TEXTS)
        return f"{x} || '-' || {quoted(other)}", known(lambda v, w: v + "-" + w, f, lambda r: r[other] or None)
    if kind == 3:
        n = rng.randint(0, 3)
        return f"left({x}, {n})", known(lambda v: v[:n], f)
    if kind == 4:
        n = rng.randint(1, 3)
        return f"right({x}, {n})", known(lambda v: v[-n:], f)
    if kind == 5:
        start, n = rng.randint(1, 3), rng.randint(0, 3)
        return f"substr({x}, {start}, {n})", known(lambda v: v[start - 1:start - 1 + n], f)
    if kind == 6:
        return f"replace({x}, 'x', 'yx')", known(lambda v: v.replace("x", "yx"), f)
    if kind == 7:
        return f"split_part({x}, 'y', 1)", known(lambda v: v.split("y")[0], f)
    return f"reverse({x})", known(lambda v: v[::-1], f)


SIGNS = {"=": lambda x, y: x == y, "==": lambda x, y: x == y, "!=": lambda x, y: x != y, "<>": lambda x, y: x != y,
         "<": lambda x, y: x < y, "<=": lambda x, y: x <= y, ">": lambda x, y: x > y, ">=": lambda x, y: x >= y}


def compared(f, g, sign):
    return lambda r: None if f(r) is None or g(r) is None else SIGNS[sign](f(r), g(r))


def atom():
    kind = rng.randrange(8)
    sign = rng.choice(list(SIGNS))
    if kind == 6:
        (x, f), word = made_text(), rng.choice(["x", "xy", "Zz", "a'b"])
        return f"{x} {sign} '{word.replace(chr(39), chr(39) * 2)}'", compared(f, lambda r: word, sign)
    if kind == 7:
        (x, f), inverted = made_text(), rng.random() < 0.5
        pattern = rng.choice(["[a-z]+", "x.*", "[0-9]{2}", "(a|Z).+"])
        return (f"{x} {'not ' if inverted else ''}matches '{pattern}'",
                known(lambda v: bool(re.fullmatch(pattern, v)) != inverted, f))
    if kind <= 2:
        (x, f), (y, g) = arithmetic(2), arithmetic(2)
        return f"{x} {sign} {y}", compared(f, g, sign)
    if kind == 3:
        name = rng.choice(DAYS)
        literal = rng.choice(["2024-02-29", "2024-06-01", "2023-12-31"])
        if rng.random() < 0.5:
            other = rng.choice(DAYS)
            return f"{name} {sign} {other}", compared(lambda r: r[name] or None, lambda r: r[other] or None, sign)
        return f"{name} {sign} '{literal}'", compared(lambda r: r[name] or None, lambda r: literal, sign)
    if kind == 4:
        name = rng.choice(TEXTS)
        items = rng.sample(["x", "xy", "a'b", "\u00e4\u00f6", "10"], rng.randint(1, 3))
        inverted = rng.random() < 0.5
        words = ", ".join("'" + i.replace("'", "''") + "'" for i in items)
        return (f"{quoted(name)} {'not ' if inverted else ''}in ({words})",
                lambda r: None if not r[name] else (r[name] in items) != inverted)
    name = rng.choice(NUMBERS + TEXTS + DAYS)
    inverted = rng.random() < 0.5
    return f"{quoted(name)} is {'not ' if inverted else ''}null", lambda r: bool(r[name]) == inverted


def condition(depth):
    if depth == 0 or rng.random() < 0.2:
        return atom()
    kind = rng.randrange(3)
    x, f = condition(depth - 1)
    if kind == 0:
        return f"not ({x})", lambda r: None if f(r) is None else not f(r)
    y, g = condition(depth - 1)
    word = "and" if kind == 1 else "or"

    def value(r):
        p, q = f(r), g(r)
        if kind == 1:
            return False if p is False or q is False else None if p is None or q is None else True
        return True if p is True or q is True else None if p is None or q is None else False

    return f"({x}) {rng.choice([word, word.upper()])} ({y})", value


made = {}
while len(made) < conditions:
    words, f = condition(3)
    made[words] = f
with open("t.csv", "w", newline="", encoding="utf-8") as out:
    writer = csv.DictWriter(out, ["id"] + NUMBERS + TEXTS + DAYS)
    writer.writeheader()
    for i, row in enumerate(table, 1):
        writer.writerow({"id": i, **row})
types = {**{c: "number" for c in NUMBERS}, **{c: "string" for c in TEXTS}, **{c: "date" for c in DAYS}, "id": "integer"}
with open("schema.json", "w") as out:
    json.dump({"fields": [{"name": c, "type": types[c]} for c in ["id"] + NUMBERS + TEXTS + DAYS]}, out)
with open("rules.json", "w") as out:
    json.dump({"rules": {"row-constraint": list(made)}}, out)
done = subprocess.run(["varve", "check", "--files", "t.csv", "--schema", "schema.json", "--rules", "rules.json", "--json",
                       "--limit", "0"], capture_output=True)
assert done.returncode in (0, 1), done.stderr
found = {}
for f in json.loads(done.stdout)["datasets"][0]["findings"]:
    assert f["rule"] == "row-constraint", f
    assert "row" in f, f
    found.setdefault(f["expected"], set()).add(f["row"])
wrong = 0
for words, f in made.items():
    wanted = {i for i, row in enumerate(table, 1) if f(row) is False}
    if wanted != found.get(words, set()):
        wrong += 1
        print(words, "wanted", sorted(wanted), "found", sorted(found.get(words, set())))
        for i in sorted(wanted ^ found.get(words, set()))[:3]:
            print("   row", i, table[i - 1])
assert wrong == 0
print(sum(map(len, found.values())), "rows found by", len(made), "conditions")
