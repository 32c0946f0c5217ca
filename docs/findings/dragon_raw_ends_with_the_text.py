"""The attribute raw of an array of characters ends where the text ends."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    text = mp.Array("c", 5)
    text.value = b"ab"
    print(text.raw)  # multiprocessing: five bytes, the last three of them zero
