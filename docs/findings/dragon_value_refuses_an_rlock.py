"""A Value cannot be given an RLock, which multiprocessing gives it by default."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    mp.Value("i", lock=mp.RLock())  # multiprocessing: a Value, whose lock it is
