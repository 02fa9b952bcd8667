"""varve_reader: a second reader of varve's formats, written from docs/formats alone.

Shares nothing with varve or libvarve. It reads published folders, stores, CAR files, Git repositories and vaults,
checks every block, and gives every version back byte for byte.
"""
__all__ = ["Damaged", "Missing", "Version", "open_place"]
__version__ = "1.0.0"


def __getattr__(name):
    """Imported when it is asked for, so that the command can name a package that is missing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import errors, place, version

    return getattr({"open_place": place, "Version": version}.get(name, errors), name)
