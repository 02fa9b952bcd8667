"""varve_reader: a second reader of varve's formats, written from docs/formats alone.

Shares nothing with varve or libvarve. It reads published folders, stores, CAR files, Git repositories and vaults,
checks every block, and gives every version back byte for byte.
"""
from .errors import Damaged, Missing
from .place import open_place
from .version import Version

__all__ = ["Damaged", "Missing", "Version", "open_place"]
__version__ = "0.1.0"
