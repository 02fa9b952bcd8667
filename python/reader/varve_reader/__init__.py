"""varve_reader: a second reader of varve's formats, written only from the documents in docs/formats.

The package shares no code with varve or libvarve. It reads published folders, stores, CAR files, Git repositories and
vaults, checks every block, and returns every version byte for byte.
"""
__all__ = ["Damaged", "Missing", "Version", "open_place"]
__version__ = "1.0.0"


def __getattr__(name):
    """Imports a name when it is first used, so that the command can report the name of a missing package."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import errors, place, version

    return getattr({"open_place": place, "Version": version}.get(name, errors), name)
