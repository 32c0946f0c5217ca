"""Asking a context of dragon's for anything settles the start method of the whole program."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.get_context("dragon").Lock()
    mp.set_start_method("dragon")  # multiprocessing: it is still open; here a RuntimeError
