"""A shorter text in an array of characters keeps the end of the longer one before it."""

from lithops.multiprocessing import Array

if __name__ == "__main__":
    text = Array("c", b"hello")
    text.value = b"hi"
    print(text.value)  # multiprocessing: b'hi'
