"""many_changes.py KIND: two tables, k1 and k2, with many changed rows.

mixed: a column has nulls, numbers and texts, so that a cell of it is only found by reading the column, and one row
in nine changes. to-and-fro: every second row has changed places with a row of another row group, at the same place
there."""

import json
import random
import sys


def mixed():
    chance = random.Random(5)
    before = [chance.choice([None, 1, 2, "x", 3]) for _ in range(40_000)]
    after = [chance.randint(10, 99) if i % 9 == 0 else v for i, v in enumerate(before)]
    for number, values in ((1, before), (2, after)):
        with open(f"k{number}.ndjson", "w", encoding="ascii") as out:
            for i, value in enumerate(values):
                out.write(json.dumps({"k": i, "v": value}) + "\n")


def to_and_fro():
    # The first column decides where groups end; where it is constant, they have the most rows that they may have.
    rows = [[str(i) if i < 30_000 else "7", f"v{i * 7919 % 1_000_003}", str(10**6 + i)] for i in range(62_768)]
    after = [list(row) for row in rows]
    for i in range(30_000, 30_000 + 16_384, 2):
        after[i], after[i + 16_384] = after[i + 16_384], after[i]
    for row in after[30_000:]:
        row[1] = "w" + row[1][1:]
    for number, table in ((1, rows), (2, after)):
        with open(f"k{number}.csv", "w", encoding="ascii") as out:
            out.write("id,v,k\n" + "".join(",".join(row) + "\n" for row in table))


{"mixed": mixed, "to-and-fro": to_and_fro}[sys.argv[1]]()
