"""What is assigned to an Array's slice that has no end is written to its beginning."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    numbers = mp.Array("i", [1, 2, 3])
    numbers[1:] = [8, 9]
    print(numbers[:])  # multiprocessing: [1, 8, 9]
