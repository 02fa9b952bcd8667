"""Runs the command varve-reader, as python -m varve_reader."""
import sys

PACKAGES = {"nacl": "PyNaCl", "xxhash": "xxhash", "zstandard": "zstandard"}


def main():
    """Runs the command, and returns its exit status; 2 if a package is missing."""
    try:
        from .cli import main as run

        return run()
    except ModuleNotFoundError as e:
        name = PACKAGES.get((e.name or "").split(".")[0])
        if not name:
            raise
        print(f"varve-reader: the package {name} is missing\nhint: pip install {name}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
