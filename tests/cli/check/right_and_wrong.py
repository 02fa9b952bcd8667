"""Rules with a right and a wrong row each: right_and_wrong.py block|recipes FILE.

Of the block the rules of issue and page are written as lines below; of the recipes they are FILE. In a repository whose tables
meet all rules, each wrong change must be found by its rules and by no others, and the right ones by none.
"""
import csv
import datetime
import json
import subprocess
import sys

BLOCK = """\
[orders.csv]
amount > 0                                        -- refunds are rows of their own
status <> 'shipped' or shipped is not null
lower(mail) matches '[^@ ]+@[^@ ]+'
days(ordered, shipped) between 0 and 30           warn
customer references customers(id)
unique (customer, day) where status <> 'cancelled'
count(*) between 0.9 * base and 1.5 * base
sum(share) between 0.999 and 1.001 group by year
count(distinct customer) >= 100 group by month(ordered)
share(email is null) <= 0.02 warn, <= 0.10 error
closed-stays: old.status <> 'closed' or new.status = 'closed'
new.price <= old.price * 1.5                      @ada #finance
select day from orders group by day having sum(amount) <> (select total from days d where d.day = orders.day)
[*_rates.csv]
columns '*_pct': value between 0 and 100
"""


def orders():
    rows, days = [], {}
    for i in range(1200):
        day = datetime.date(2024, i // 100 + 1, 1 + i % 27)
        rows.append(dict(id=i, customer=i % 100, day=day, amount=i + 1, status=("closed", "open")[i % 2],
                         shipped=day + datetime.timedelta(3), ordered=day, mail=f"A{i}@x.org", price=100 + i % 7,
                         email=f"e{i}@x.org", share=f"{1 / 1200:.12f}", year=2024))
        days[day] = days.get(day, 0) + i + 1
    return {"orders": rows, "customers": [dict(id=i, name=f"c{i}") for i in range(120)],
            "days": [dict(day=d, total=t) for d, t in days.items()],
            "a_rates": [dict(id=1, x_pct=5, y_pct=0, z=400), dict(id=2, x_pct=100, y_pct=7, z=500)]}


def put(table, row, **cells):
    return lambda t: t[table][row].update(cells)


def both(*changes):
    return lambda t: [c(t) for c in changes]


def add(table, *rows):
    return lambda t: t[table].extend(dict(t[table][0], **r) for r in rows)


def blank(count):
    return lambda t: [r.update(email="") for r in t["orders"][:count]]


def many(t):
    day = datetime.date(2023, 5, 1)
    t["orders"] += [dict(t["orders"][i], id=2000 + i, day=day + datetime.timedelta(i // 100), amount=1, share=0) for i in range(601)]
    t["days"] += [dict(day=day + datetime.timedelta(i), total=100 if i < 6 else 1) for i in range(7)]


D = datetime.date
BLOCK_CASES = [
    ("", both(put("orders", 0, amount=1), put("orders", 1, status="shipped"), put("orders", 2, shipped=D(2024, 2, 2)),
              put("orders", 3, status="closed", price=154), blank(24))),
    ("refunds are rows of their own", both(put("orders", 0, amount=-5), put("days", 0, total=2 * 0 + sum(
        r["amount"] for r in orders()["orders"] if r["day"] == D(2024, 1, 1)) - 6))),
    ("status <> 'shipped' or shipped is not null", put("orders", 1, status="shipped", shipped="")),
    ("lower(mail) matches '[^@ ]+@[^@ ]+'", put("orders", 2, mail="nobody")),
    ("days(ordered, shipped) between 0 and 30", put("orders", 2, shipped=D(2024, 3, 20))),
    ("foreign-key", put("orders", 5, customer=999)),
    ("unique (customer, day) where status <> 'cancelled'", both(
        add("orders", dict(id=5000, share=0)), put("days", 0, total=1 + sum(
            r["amount"] for r in orders()["orders"] if r["day"] == D(2024, 1, 1))))),
    ("count(*) between 0.9 * base and 1.5 * base", many),
    ("sum(share) between 0.999 and 1.001 group by year", put("orders", 9, share=0.5)),
    ("count(distinct customer) >= 100 group by month(ordered)", put("orders", 10, customer=99)),
    ("share(email is null) <= 0.02", blank(30)),
    ("share(email is null) <= 0.02|share(email is null) <= 0.10", blank(150)),
    ("closed-stays", put("orders", 4, status="open")),
    ("new.price <= old.price * 1.5", put("orders", 8, price=152)),
    ("select day from orders group by day having sum(amount) <> (select total from days d where d.day = orders.day)",
     put("days", 3, total=0)),
    ("columns '*_pct': value between 0 and 100", put("a_rates", 1, y_pct=-1)),
]


def recipes():
    readings = [dict(id=10 * s + i, sensor=s, day=D(2024, 1, 1 + i), value=20 + i % 4) for s in (1, 2) for i in range(8)]
    return {"invoices": [dict(number=i, day=D(2024, 1, i), amount=i, balance=i * (i + 1) // 2) for i in range(1, 9)],
            "stays": [dict(id=10 * r + i, room=r, starts=D(2024, 1, 1 + 3 * i), ends=D(2024, 1, 4 + 3 * i), current=int(i == 3))
                      for r in (1, 2) for i in range(4)],
            "readings": readings, "sensors": [dict(id=1, readings=8), dict(id=2, readings=8)]}


def drop(row):
    return both(lambda t: t["readings"].pop(row), put("sensors", 0, readings=7))


RECIPES_CASES = [
    ("", both(add("invoices", dict(number=9, day=D(2024, 1, 8), amount=1, balance=37)),
              add("readings", dict(id=99, sensor=1, day=D(2024, 1, 9), value=60)), put("sensors", 0, readings=9))),
    ("no-gap", add("invoices", dict(number=10, day=D(2024, 2, 1), amount=1, balance=37))),
    ("in-order", put("invoices", 4, day=D(2023, 1, 1))),
    ("running-balance", put("invoices", 4, balance=1)),
    ("no-overlap", put("stays", 2, starts=D(2024, 1, 5))),
    ("no-hole", put("stays", 1, ends=D(2024, 1, 6))),
    ("one-current", put("stays", 0, current=1)),
    ("every-day", put("readings", 7, day=D(2024, 1, 20))),
    ("no-jump", both(*(put("readings", i, value=40) for i in range(7)), put("readings", 5, value=41),
                     put("readings", 2, value=41), put("readings", 7, value=99))),
    ("usual", put("readings", 7, value=67)),
    ("not-stuck", both(*(put("readings", i, value=20) for i in range(5)))),
    ("has-a-reading", add("sensors", dict(id=3, readings=0))),
    ("only-grows", drop(7)),
    ("as-many-as", put("sensors", 0, readings=9)),
]


def write(tables):
    for name, rows in tables.items():
        with open(name + ".csv", "w", newline="") as f:
            w = csv.DictWriter(f, list(rows[0]), lineterminator="\n")
            w.writeheader()
            w.writerows(rows)


def found():
    p = subprocess.run(["varve", "check", "--json"], capture_output=True, text=True)
    report = json.loads(p.stdout)
    names = {f["rule"] if f["rule"] == "foreign-key" else f.get("name", f["expected"]) for d in report["datasets"] for f in d["findings"]}
    severe = {f["severity"] for d in report["datasets"] for f in d["findings"]}
    assert p.returncode == ("error" in severe), (p.returncode, p.stdout, p.stderr)
    return names


def main(which, rules):
    make, cases = (orders, BLOCK_CASES) if which == "block" else (recipes, RECIPES_CASES)
    with open("varve.checks", "w") as f:
        f.write(BLOCK if which == "block" else open(rules).read())
    write(make())
    for command in (["varve", "add", "-q", "."], ["varve", "commit", "-q", "-m", "first"]):
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    wrong = 0
    if which == "recipes":
        named = {line.split(":")[0] for line in open(rules) if ": select " in line}
        assert named == {c[0] for c in cases} - {""}, named
    for expected, change in [("", lambda t: None), *cases]:
        tables = make()
        change(tables)
        write(tables)
        got = found()
        if got != set(filter(None, expected.split("|"))):
            wrong += 1
            print(f"expected {expected!r}, found {got}")
    return wrong > 0


sys.exit(main(*sys.argv[1:]))
