"""python -m varve_reader: the same as the command varve-reader."""
import sys

PACKAGES = {"nacl": "PyNaCl", "xxhash": "xxhash", "zstandard": "zstandard"}


def main():
    """Runs the command; returns its exit status, 2 where a package is missing."""
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
