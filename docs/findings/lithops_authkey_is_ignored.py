"""A client with a wrong key is let in by a listener that has one."""

import threading

from lithops.multiprocessing.connection import Client, Listener

if __name__ == "__main__":
    listener = Listener(("localhost", 5000), authkey=b"the right key")
    server = threading.Thread(target=listener.accept, daemon=True)
    server.start()
    client = Client(listener.address, authkey=b"a wrong key")
    print("let in:", client)  # multiprocessing: AuthenticationError
    server.join(10)
    print("accepted:", not server.is_alive())
