"""A Value is read and assigned by anybody while its lock is held."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp
import threading

if __name__ == "__main__":
    mp.set_start_method("dragon")
    number = mp.Value("i", 1)
    with number.get_lock():
        other = threading.Thread(target=setattr, args=(number, "value", 2), daemon=True)
        other.start()
        other.join(1)
        print(other.is_alive())  # multiprocessing: True, for it waits for the lock
    print(number.get_obj())  # multiprocessing: c_int(2), the number itself, without its lock
