#!/usr/bin/env python3
"""What ./dev bench scale makes of its figures, without measuring: a later run replaces what it measured
and leaves the rest, a failed command is named, a plot has every figure and can be made again from the
file."""

import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import plot             # noqa: E402
import scale            # noqa: E402
import scale_data       # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


class Figures(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.csv = Path(self.folder.name) / "scale.csv"

    def data(self):
        return scale_data.Data(self.csv)

    def test_a_later_run_replaces_what_it_measured_and_leaves_the_rest(self):
        first = self.data()
        first.put("size", 10**6, "varve", "add", cpu=1.0, peak=20.0, size=5)
        first.put("size", 10**7, "varve", "add", cpu=9.0)
        second = self.data()
        second.put("size", 10**6, "varve", "add", cpu=2.0)
        third = self.data()
        self.assertEqual(third.value("size", 10**6, "varve", "add", "cpu_s"), 2.0)
        self.assertIsNone(third.value("size", 10**6, "varve", "add", "bytes"))
        self.assertEqual(third.value("size", 10**7, "varve", "add", "cpu_s"), 9.0)

    def test_two_figures_of_one_command_stand_in_one_row(self):
        data = self.data()
        data.put("size", 10**6, "varve", "add", cpu=1.0)
        data.put("size", 10**6, "varve", "add", size=1234)
        self.assertEqual(self.csv.read_text().splitlines()[1:], ["size,1000000,varve,add,1,,,,1234"])

    def test_a_command_that_failed_is_named_in_the_table_and_not_drawn(self):
        data = self.data()
        data.put("size", 10**6, "varve", "add", cpu=1.0)
        data.put("size", 10**7, "varve", "add", failed=True)
        data = self.data()
        self.assertIn("| `add` | 1.00 | failed |", data.markdown())
        drawn = ET.fromstring(data.plot("size", "t", "y", "cpu_s", ("add",)))
        self.assertEqual(len(drawn.findall(SVG + "circle")), 1)

    def test_a_plot_has_a_point_for_each_figure_and_a_name_for_each_line(self):
        p = plot.Plot("a < b", "x", "y", str, str)
        p.line("add & go", [(1, 0.01), (10, 0.1), (1000, 20)])
        p.line("check", [(1, 0.01)])
        p.limit("most", 128)
        drawn = ET.fromstring(p.svg())
        self.assertEqual(len(drawn.findall(SVG + "circle")), 4)
        names = [t.text for t in drawn.findall(SVG + "text")]
        for name in ("add & go", "check", "most", "a < b"):
            self.assertIn(name, names)
        places = [(float(c.get("cx")), float(c.get("cy"))) for c in drawn.findall(SVG + "circle")]
        # Logarithmic: a factor of ten is the same way everywhere.
        self.assertAlmostEqual(places[2][0] - places[1][0], 2 * (places[1][0] - places[0][0]), places=0)

    def test_labels_do_not_meet(self):
        moved = plot.spread([10, 10, 11, 300, 299], 16, 0, 300)
        ordered = sorted(moved)
        self.assertTrue(all(b - a >= 16 for a, b in zip(ordered, ordered[1:])), ordered)
        self.assertLessEqual(ordered[-1], 300)

    def test_changed_cells_keep_the_length_and_change_so_many_rows(self):
        table = Path(self.folder.name) / "t.csv"
        rows = [f"{n},2014-01-01,N,{n % 400}," + "x," * 16 for n in range(5000)]
        table.write_text("\n".join(["header", *rows, ""]))
        before = table.read_text().splitlines()
        scale.change_cells(table, 100)
        after = table.read_text().splitlines()
        self.assertEqual([len(a) for a in before], [len(a) for a in after])
        differ = sum(a != b for a, b in zip(before, after))
        self.assertTrue(95 <= differ <= 100, differ)


if __name__ == "__main__":
    unittest.main()
