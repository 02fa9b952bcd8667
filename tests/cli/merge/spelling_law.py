"""spelling_law.py [--one] SEED COUNT: a merge of CSV keeps quotes and line ends that nobody changed.

Random tables with quotes and line ends as they come, so that the usual ones of a column often change on one side, which may
also add a column. In the result, each cell of a row of base, and its line end, is spelled as the side has it that changed
it, or as in base; and the header has no new quotes. Exchanging the sides makes no difference.

--one: each version has one spelling for each column, and one line end. Rows of base that one side alone has, and added rows,
have that of the result, also where both sides added them or one side removed what the other changed.
"""
import random
import subprocess
import sys


def spell(rnd, text):
    return f'"{text}"' if rnd.random() < rnd.choice([0, 0.4, 0.6, 1]) else text


def bare(cell):
    return cell.strip('"')


def table(rnd):
    quoted = [rnd.choice([0, 0.3, 0.5, 0.7, 1]) for _ in range(3)]

    def cell(text, chance):
        return f'"{text}"' if rnd.random() < chance else text

    return [[[cell(f"{name}{n}", q) for name, q in zip(["", "a", "b"], quoted)], rnd.choice(["\n", "\r\n"])]
            for n in range(1, rnd.randint(3, 9))]


def changed(rnd, base, tag):
    rows = [[list(cells), end] for cells, end in base]
    for _ in range(rnd.randint(1, 4)):
        at, column, kind = rnd.randrange(len(rows)), rnd.randrange(3), rnd.random()
        cells = rows[at][0]
        if kind < 0.3:
            cells[rnd.choice([1, 2])] = spell(rnd, f"{tag}{rnd.randint(1, 9)}")
        elif kind < 0.5:
            cells[column] = bare(cells[column]) if cells[column][0] == '"' else f'"{cells[column]}"'
        elif kind < 0.6:
            rows[at][1] = rnd.choice(["\n", "\r\n"])
        elif kind < 0.7 and len(rows) > 2:
            rows.pop(at)
        elif kind < 0.85:
            new = [spell(rnd, f"{tag}{rnd.randint(100, 999)}"), spell(rnd, "n"), spell(rnd, "m")]
            rows.insert(at, [new, rnd.choice(["\n", "\r\n"])])
        else:
            for other, _ in rows:
                other[column] = f'"{bare(other[column])}"'
    names = ["id", "a", "b"]
    if rnd.random() < 0.3:
        names.append("c" + tag)
        for cells, _ in rows:
            cells.append(spell(rnd, f"{tag}{rnd.randint(1, 999)}"))
    return names, rows


def write(path, names, rows):
    with open(path, "w", newline="") as f:
        f.write(",".join(names) + "\n" + "".join(",".join(cells) + end for cells, end in rows))


def read(path):
    with open(path, newline="") as f:
        lines = f.read().splitlines(True)
    rows = {}
    for line in lines[1:]:
        cells = line.rstrip("\r\n").split(",")
        rows[bare(cells[0])] = (cells, line[len(line.rstrip("\r\n")):])
    return lines[0].rstrip("\r\n").split(","), rows


def merge(base, ours, theirs):
    for path, version in zip(("base", "ours", "theirs"), (base, ours, theirs)):
        write(path, *version)
    done = subprocess.run(["varve", "merge-file", "base", "ours", "theirs", "t.csv"], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        return done.stderr, None
    return done.returncode, read("ours")


def faults(base, sides, result):
    names, rows = result
    if names[:3] != ["id", "a", "b"]:
        yield "header", names
    versions = [{bare(cells[0]): (cells, end) for cells, end in v} for v in (base[1], sides[0][1], sides[1][1])]
    for key, (cells, end) in versions[0].items():
        if not all(key in v for v in (*versions, rows)):
            continue
        x, y, got = versions[1][key], versions[2][key], rows[key]
        if got[1] != (x[1] if y[1] == end else y[1]):
            yield key, "line end", got
        for i in range(3):
            b, cx, cy, cr = cells[i], x[0][i], y[0][i], got[0][i]
            wanted = {cx} if cy == b else {cy} if cx == b else {cx, cy} if bare(cx) == bare(cy) else None
            if wanted and cr not in wanted:
                yield key, names[i], b, cx, cy, cr


def uniform(rnd, rows, old=None):
    """Rows of bare texts in one spelling; some columns have the old one."""
    quoted, end = [rnd.random() < 0.5 for _ in range(3)], rnd.choice(["\n", "\r\n"])
    if old:
        quoted = [rnd.choice(pair) for pair in zip(quoted, old[0])]
    return (quoted, end), [[[f'"{c}"' if q else c for c, q in zip(cells, quoted)], end] for cells in rows]


def uniform_sides(rnd):
    """Base and two sides; the spelling of the result; and the keys of all rows of base that no side lacks."""
    rows = [[f"k{n}", f"a{n}", f"b{n}"] for n in range(rnd.randint(6, 12))]
    style, base = uniform(rnd, rows)
    sides, styles = [], []
    common = {cells[0] for cells in rows}
    for tag in "xy":
        own = [list(cells) for cells in rows if rnd.random() < 0.8] or rows[:1]
        common &= {cells[0] for cells in own}
        for cells in own:
            if rnd.random() < 0.3:
                cells[rnd.choice([1, 2])] = rnd.choice(["n", tag])
        for key in ("m1", "m2", tag):
            own.insert(rnd.randint(1, len(own)), [key, rnd.choice(["n", tag]), "m"])
        was, side = uniform(rnd, own, style)
        styles.append(was)
        sides.append(side)
    x, y = styles
    wanted = [(q if p == b else p) for p, q, b in zip(x[0], y[0], style[0])], y[1] if x[1] == style[1] else x[1]
    names = ["id", "a", "b"]
    return (names, base), [(names, side) for side in sides], wanted, common


def uniform_faults(result, wanted, common):
    for key, (cells, end) in result[1].items():
        if key not in common and ([c[0] == '"' for c in cells] != wanted[0] or end != wanted[1]):
            yield key, cells, end, "wanted", wanted


def run_uniform(seed, count):
    for one in range(seed, seed + count):
        base, sides, wanted, common = uniform_sides(random.Random(one))
        for pair in (sides, sides[::-1]):
            code, result = merge(base, *pair)
            found = list(uniform_faults(result, wanted, common)) if result else [code]
            if found:
                sys.exit(f"seed {one}: {found}\nbase {base}\nsides {pair}\nresult {result}")


def main():
    if sys.argv[1] == "--one":
        run_uniform(int(sys.argv[2]), int(sys.argv[3]))
        return
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    for one in range(seed, seed + count):
        rnd = random.Random(one)
        rows = table(rnd)
        base, sides = (["id", "a", "b"], rows), [changed(rnd, rows, tag) for tag in "xy"]
        code, result = merge(base, *sides)
        again = merge(base, *reversed(sides))
        found = list(faults(base, sides, result)) if result else [code]
        if found or code != again[0] or (code == 0 and again[1] != result):
            sys.exit(f"seed {one}: {found}\nbase {base}\nsides {sides}\nresult {result}\nexchanged {again}")


main()
