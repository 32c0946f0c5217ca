"""A file open for writing that is passed to a spawned child is opened anew, and emptied."""

from pathlib import Path
from tempfile import TemporaryDirectory

import multiprocess

if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        path = Path(folder, "kept.txt")
        with path.open("w") as file:
            file.write("one line\n")
            file.flush()
            child = multiprocess.get_context("spawn").Process(target=file.fileno, args=())
            child.start()  # multiprocessing: TypeError
            child.join()
            print("the file holds", repr(path.read_text()))
