"""A value is read and written past the lock that guards it."""

import threading

from lithops.multiprocessing import Lock, Value

if __name__ == "__main__":
    number = Value("i", 1, lock=Lock())
    with number.get_lock():
        writer = threading.Thread(target=setattr, args=(number, "value", 2), daemon=True)
        writer.start()
        writer.join(1)
        print("written meanwhile:", not writer.is_alive())  # multiprocessing: False
