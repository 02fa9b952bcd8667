"""What an ordinary run takes of random cases: a sixth, which VARVE_TEST_SAMPLE draws. VARVE_TEST_ALL=1: all."""
import os

ALL = bool(os.environ.get("VARVE_TEST_ALL"))
SAMPLE = int(os.environ.get("VARVE_TEST_SAMPLE", "0"))
SIXTHS = list(range(6)) if ALL else [SAMPLE % 6]


def drawn(cases):
    """One of the cases, or all of them."""
    cases = list(cases)
    return cases if ALL else [cases[SAMPLE % len(cases)]]
