"""python -m varve_reader: the same as the command varve-reader."""
import sys

from .cli import main

sys.exit(main())
