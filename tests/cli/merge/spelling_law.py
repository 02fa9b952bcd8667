"""spelling_law.py SEED COUNT: a merge of CSV keeps quotes and line ends that nobody changed.

Random tables with quotes and line ends as they come, so that the usual ones of a column often change on one side, which may
also add a column. In the result, each cell of a row of base, and its line end, is spelled as the side has it that changed
it, or as in base; and the header has no new quotes. Exchanging the sides makes no difference.
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


def main():
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
