"""What an initializer of the main program keeps in a global is not there for the tasks."""

from ray.util.multiprocessing import Pool

kept = []


def keep(what):
    """Keep it for the tasks of this worker."""
    kept.append(what)


def tell(_):
    """Return what was kept."""
    return kept


if __name__ == "__main__":
    print(Pool(1, keep, ("a lock",)).map(tell, [1]))  # multiprocessing: [['a lock']]
