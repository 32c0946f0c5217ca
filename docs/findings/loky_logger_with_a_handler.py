"""Once multiprocessing's logger has a handler, no child gets as far as its target."""

import logging
import multiprocessing

from loky.backend import get_context

if __name__ == "__main__":
    handler = logging.StreamHandler()
    multiprocessing.get_logger().addHandler(handler)
    context = get_context("loky")
    try:
        context.Process(target=print, args=("hello",)).start()  # multiprocessing: hello
    except AttributeError as error:
        print(error)  # 'NoneType' object has no attribute '_fmt'
    handler.setFormatter(logging.Formatter("%(message)s"))
    child = context.Process(target=print, args=("hello",))
    child.start()  # multiprocessing: hello; loky: IndexError, in the child
    child.join()
