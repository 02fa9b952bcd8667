"""Faults that are known and not mended yet, each with its number; a line goes when the mend has landed."""


def above_a_kept_first_row(failure):
    """A merge takes comments between the header and the first row as lines of the header. Where ours removed the first row and a rule keeps it, the
    comment of the second one comes above it."""
    return failure.what == "edit merge-rules" and failure.case.spelling.comments and failure.words.startswith("spelling: '# about")


KNOWN = [("comment", above_a_kept_first_row)]  # (number, function(failure))


def number(failure):
    for fault, matches in KNOWN:
        if matches(failure):
            return fault
    return None
