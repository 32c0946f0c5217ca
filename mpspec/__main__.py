"""`python -m mpspec`, and the script `mpspec`: says which Python is too old before it breaks."""

import os
import sys

OLDEST = (3, 10)


def main() -> None:
    """Run the command, if this Python is new enough for it."""
    if sys.version_info < OLDEST:
        needed, found = ".".join(map(str, OLDEST)), ".".join(map(str, sys.version_info[:3]))
        sys.exit("mpspec needs Python {} or later; this is Python {}".format(needed, found))  # noqa: UP032
    open_standard_streams()
    from mpspec.cli import main as command  # noqa: PLC0415 - too new for what is turned away

    command()


def open_standard_streams() -> None:
    """Let standard streams that are closed lead nowhere.

    Else whatever is opened next gets the number of one, and with it what is meant for that.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, number)
            if nothing != number:
                os.close(nothing)
            os.set_inheritable(number, True)  # noqa: FBT003 - the standard library knows no keyword here
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


if __name__ == "__main__":
    main()
