"""Nobody can connect to a manager: `connect` takes any key, and then finds nothing."""

from lithops.multiprocessing.managers import BaseManager


class Manager(BaseManager):
    """A manager that keeps one list."""


if __name__ == "__main__":
    Manager.register("numbers", list)
    with Manager(authkey=b"the right key") as server:
        client = BaseManager(server.address, authkey=b"a wrong key")
        client.connect()  # multiprocessing: AuthenticationError
        client.register("numbers")
        client.numbers()  # TypeError: 'NoneType' object is not callable
