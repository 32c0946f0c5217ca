"""loky can be chosen as multiprocessing's start method, and then no process can be started."""

import multiprocessing

import loky.backend  # noqa: F401 - it adds itself to multiprocessing's start methods

if __name__ == "__main__":
    multiprocessing.set_start_method("loky")
    child = multiprocessing.Process(target=print, args=("hello",))
    child.start()  # AttributeError: 'Process' object has no attribute 'env'
    child.join()
