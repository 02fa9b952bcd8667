"""shop.py FOLDER: what a shop keeps of its exports: ten files, in every usual form of name, with what goes wrong in ten days."""
import random
import sys
from pathlib import Path

folder = Path(sys.argv[1])
random.seed(3)
rows = [[i, f"item {i}", f"{random.random() * 100:.2f}", random.randint(0, 9)] for i in range(1, 61)]


def text(head="id,name,price,stock"):
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"


def sell(count):
    for row in random.sample(rows, count):
        row[3] += 10


folder.mkdir()
(folder / "sales_2026-10-01.csv").write_text(text())
sell(3)
(folder / "sales 02.10.2026.csv").write_text(text())
(folder / "sales_20261003.csv").write_text(text())  # nothing was sold
sell(2)
rows.append([61, "item 61", "5.50", 1])
(folder / "sales-4-Oct-2026.csv").write_text(text())
sell(2)
(folder / "sales_05-10-2026.csv").write_text(text())  # the fifth of October, or the tenth of May
sell(2)
(folder / "sales_2026-10-05T1800.csv").write_text(text())
sell(2)
renamed = "id,name,prc,stock"
(folder / "sales_2026-10-08.csv").write_text(text(renamed))  # two days are missing, and a column has another name
(folder / "sales_2026-10-09.csv").write_text("\n".join(text(renamed).split("\n")[:20]) + "\n")
(folder / "sales_2026-10-10.csv").write_text("<!DOCTYPE html>\n<html>please log in</html>\n")
sell(1)
(folder / "final.csv").write_text(text(renamed))
