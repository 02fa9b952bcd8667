"""PSI of random columns, worked out here from docs/use/rules.md with exact decimals, and by
`varve check`: with the cache, without it, and of more numbers than are told apart.

usage: drift_oracle.py SEED      (in an empty folder)
"""
import json
import math
import random
import subprocess
import sys
from collections import Counter
from decimal import Decimal

rng = random.Random(int(sys.argv[1]))
BASE = 4000


def varve(*words):
    return subprocess.run(["varve", *words], capture_output=True, text=True)


def write(columns):
    with open("t.csv", "w") as out:
        out.write("id," + ",".join(columns) + "\n")
        for i, row in enumerate(zip(*columns.values())):
            out.write(f"{i}," + ",".join(row) + "\n")


def bins(base, now):
    """Tenths of the base; a value is never split."""
    counts, fresh = Counter(map(Decimal, base)), sorted(map(Decimal, now))
    out, seen, tenth, at, held = [], 0, 1, 0, 0
    values = sorted(counts)
    for i, v in enumerate(values):
        held += counts[v]
        seen += counts[v]
        last = i + 1 == len(values)
        if last or (len(out) < 9 and seen * 10 >= tenth * len(base)):
            upto = len(fresh) if last else sum(1 for x in fresh[at:] if x <= v) + at
            out.append((held, upto - at))
            at, held, tenth = upto, 0, seen * 10 // len(base) + 1
    return [(b / len(base), n / len(now)) for b, n in out]


def psi(shares):
    return sum((max(n, 1e-4) - max(b, 1e-4)) * math.log(max(n, 1e-4) / max(b, 1e-4)) for b, n in shares)


KINDS = {
    "cents": lambda shift: f"{rng.gauss(100.5 + shift / 4, 0.4):.2f}",
    "narrow": lambda shift: f"{1000 + rng.random() ** (1 + shift):.6f}",
    "wide": lambda shift: f"{rng.lognormvariate(3 + shift / 2, 2):.4f}",
    "signed": lambda shift: f"{rng.gauss(shift / 3, 1):.5f}",
    "large": lambda shift: str(rng.randint(10**9, 10**9 + 5000) + int(900 * shift)),
    "few": lambda shift: str(rng.choice([1, 1, 1, 2, 3, 5, 5 + int(4 * shift)])),
}


def columns(rows, shift):
    return {name: [make(shift) for _ in range(rows)] for name, make in KINDS.items()}


def judge(base, now, words):
    for rule in ("drift-psi",):
        expected = {name: psi(bins(base[name], now[name])) for name in base}
        for below in (True, False):  # a bound just below what is found, and one just above
            settings = [{"columns": name, "max": f"{100 * max(e * (0.9999 if below else 1.0001) + (-1e-7 if below else 1e-7), 0):.7f}%"}
                        for name, e in expected.items()]
            with open("varve.json", "w") as out:
                json.dump({"rules": {rule: settings, "key-broken": "off"}}, out)
            subprocess.run(["git", "add", "varve.json"], check=True)  # with --cached it is read from the index
            done = varve("check", "--json", *words, "t.csv")
            assert done.returncode in (0, 1), done.stderr
            found = {f["column"] for f in json.loads(done.stdout)["datasets"][0]["findings"] if f["rule"] == rule}
            wanted = {name for name, e in expected.items() if below and e > 1e-6}
            assert found >= wanted and (below or not found), (rule, below, words, found ^ wanted, expected)


assert varve("init", "-q").returncode == 0
base = columns(BASE, 0)
write(base)
assert varve("add", "-q", "t.csv").returncode == 0
done = varve("commit", "-q", "-m", "first")
assert done.returncode == 0, done.stderr
for shift in (0.0, 0.3, 1.0):
    now = columns(rng.randint(500, BASE), shift)
    write(now)
    judge(base, now, [])
    judge(base, now, ["--no-cache"])
# a version made from the base's, with a few rows more and a few others
now = {name: values[:-50] + more for (name, values), more in zip(base.items(), columns(400, 2.0).values())}
write(now)
assert varve("add", "-q", "t.csv").returncode == 0
for words in (["--cached"], ["--cached", "--no-cache"]):
    judge(base, now, words)
print("all agree")
