"""A Value of one signed byte keeps 128, and takes a float for the number before its point."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    byte = mp.Value("b", 127)
    byte.value += 1
    print(byte.value)  # multiprocessing: -128
    byte.value = 0.5  # multiprocessing: TypeError
    print(byte.value)
