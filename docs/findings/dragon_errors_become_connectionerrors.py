"""Whatever goes wrong in a connection is raised as a ConnectionError, whatever it was."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    receiver, sender = mp.Pipe(duplex=False)
    try:
        sender.send(lambda: None)  # multiprocessing: PicklingError
    except ConnectionError as error:
        print(error)
    sender.send_bytes(b"too long")
    receiver.recv_bytes_into(bytearray(1))  # multiprocessing: BufferTooShort
