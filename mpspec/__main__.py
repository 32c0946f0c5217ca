"""`python -m mpspec`, and the script `mpspec`: says which Python is too old before it breaks."""

import sys

OLDEST = (3, 10)


def main():  # type: ignore[no-untyped-def]  # has to compile on the Pythons that it turns away
    """Run the command, if this Python is new enough for it."""
    if sys.version_info < OLDEST:
        needed, found = ".".join(map(str, OLDEST)), ".".join(map(str, sys.version_info[:3]))
        sys.exit("mpspec needs Python %s or later; this is Python %s" % (needed, found))
    from mpspec.cli import main as command

    command()


if __name__ == "__main__":
    main()
