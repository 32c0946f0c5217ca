"""`python -m mpspec`, and the script `mpspec`: says which Python is too old before it breaks."""

import sys

OLDEST = (3, 10)


def main() -> None:
    """Run the command, if this Python is new enough for it."""
    if sys.version_info < OLDEST:
        needed, found = ".".join(map(str, OLDEST)), ".".join(map(str, sys.version_info[:3]))
        sys.exit("mpspec needs Python {} or later; this is Python {}".format(needed, found))  # noqa: UP032
    from mpspec.cli import main as command  # noqa: PLC0415 - too new for what is turned away

    command()


if __name__ == "__main__":
    main()
