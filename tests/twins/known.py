"""Faults that are known and not mended yet, each with its number; a line goes when the mend has landed."""

KNOWN = []  # (number, function(failure))


def number(failure):
    for fault, matches in KNOWN:
        if matches(failure):
            return fault
    return None
