"""Has a child put an item that cannot be pickled, as the last thing that it does."""

from mpspec import programs
from mpspec.work import queues as work

if __name__ == "__main__":
    mp = programs.implementation()
    queue = mp.Queue()
    args = (queue, "the last item", programs.probe("child"), programs.probe("feeder"))
    child = mp.Process(target=work.put_unpicklable, args=args)
    child.start()
    child.join()
    print("exit code:", child.exitcode)
    print("empty:", queue.empty())
