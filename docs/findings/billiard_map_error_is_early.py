"""`map` raises while other tasks of it still run."""

import billiard


def fail(event):
    """Fail once the event is set; at once for none."""
    if event:
        event.wait()
    raise ValueError("the second" if event else "the first")


if __name__ == "__main__":
    with billiard.Manager() as manager, billiard.Pool(2) as pool:
        event = manager.Event()
        result = pool.map_async(fail, [None, event], chunksize=1)
        result.wait(5)
        print("ready:", result.ready())  # multiprocessing: False, as a task still runs
        event.set()
