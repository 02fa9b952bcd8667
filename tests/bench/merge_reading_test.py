#!/usr/bin/env python3
"""What merge_reading.py finds: right results pass, and a result without a side's change does not."""

import itertools
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from merge_reading import reading  # noqa: E402


def file(*rows, head="id,a,b"):
    return "\n".join([head, *rows, ""]).encode()


KEYED = file("1,x,y", "2,x,y", "3,x,y"), file("1,p,y", "2,x,y", "3,x,y", "4,n,n"), file("1,x,q", "3,x,y"), file("1,p,q", "3,x,y", "4,n,n")
HEAD = "day,who,what,sold"
KEYLESS = (file("m,ann,tea,5", "m,ann,tea,5", "m,bob,ham,5", head=HEAD), file("m,ann,tea,5", "m,ann,tea,5", "m,bob,jam,5", "t,bob,jam,5", head=HEAD),
           file("m,ann,tea,5", "m,bob,ham,7", head=HEAD), file("m,ann,tea,5", "m,bob,jam,7", "t,bob,jam,5", head=HEAD))


class Readings(unittest.TestCase):
    def test_a_right_result_is_right_in_both_directions(self):
        for (base, ours, theirs, result), how in ((KEYED, "key id"), (KEYLESS, "rows")):
            self.assertEqual(reading(base, ours, theirs, result), (how, [], []))
            self.assertEqual(reading(base, theirs, ours, result), (how, [], []))

    def test_a_result_that_lacks_a_row_or_a_cell_is_wrong(self):
        for base, ours, theirs, result in (KEYED, KEYLESS):
            lines = result.decode().splitlines()
            for at, line in itertools.islice(enumerate(lines), 1, None):
                for put in ([], [line, line], [line[:-1] + "0"]):
                    bad = "\n".join([*lines[:at], *put, *lines[at + 1:], ""]).encode()
                    self.assertTrue(reading(base, ours, theirs, bad).wrong, bad)

    def test_one_side_is_wrong_unless_it_holds_the_others_changes(self):
        for base, ours, theirs, _ in (KEYED, KEYLESS):
            for side in (base, ours, theirs):
                self.assertTrue(reading(base, ours, theirs, side).wrong)
            self.assertFalse(reading(base, ours, base, ours).wrong)

    def test_contradictions_are_found(self):
        base = file("1,x,y", "2,x,y", "3,x,y")
        for ours, theirs, found in ((file("1,p,y", "2,x,y", "3,x,y"), file("1,q,y", "2,x,y", "3,x,y"), 1),
                                    (file("1,p,y", "2,x,y", "3,x,y"), file("2,x,y", "3,x,y"), 1),
                                    (file("1,x,y", "2,x,y", "3,x,y", "4,a,b"), file("1,x,y", "2,x,y", "3,x,y", "4,a,c"), 1),
                                    (file("1,x,1.5", "2,x,y", "3,x,y"), file("1,x,1.50", "2,x,y", "3,x,y"), 0)):
            self.assertEqual(len(reading(base, ours, theirs).contradictions), found, (ours, theirs))

    def test_a_lost_column_is_wrong(self):
        base, ours = file("1,x,y", "2,x,y"), file("1,x,y,z", "2,x,y,z", head="id,a,b,c")
        self.assertTrue(reading(base, ours, base, base).wrong)
        self.assertFalse(reading(base, ours, base, ours).wrong)
        self.assertTrue(reading(base, file("1,x", "2,x", head="id,a"), base, base).wrong)


if __name__ == "__main__":
    unittest.main()
