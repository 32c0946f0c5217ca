"""Chooses its authentication key, and another one for its second child."""

from mpspec import programs
from mpspec.work import methods as work

if __name__ == "__main__":
    mp = programs.implementation()
    mp.current_process().authkey = b"the program's"
    for who, key in (("first", None), ("second", b"its own")):
        child = mp.Process(target=work.print_key, args=(mp, who))
        if key:
            child.authkey = key
        child.start()
        child.join()
