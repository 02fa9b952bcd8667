"""Faults that are known and not mended yet, each with its number; a line goes when the mend has landed."""

KNOWN = [  # (number, function(failure))
    # rename-column reports success for a JSON document with rows inside, and its members keep their name
    ("T2", lambda f: f.what == "edit rename-column" and f.case.c["form"] == "doc"),
]


def number(failure):
    for fault, matches in KNOWN:
        if matches(failure):
            return fault
    return None
