"""Nobody is told that the other end of a pipe was closed: `recv` waits for ever."""

import threading

from lithops.multiprocessing import Pipe

if __name__ == "__main__":
    receiver, sender = Pipe(duplex=False)
    sender.close()
    reader = threading.Thread(target=receiver.recv, daemon=True)
    reader.start()
    reader.join(5)
    print("still waiting:", reader.is_alive())  # multiprocessing: EOFError
