"""Once a pool is closed, a thread of it keeps a processor busy until all tasks are done."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp
import time

if __name__ == "__main__":
    mp.set_start_method("dragon")
    pool = mp.Pool(1)
    pool.apply_async(time.sleep, (5,))
    pool.close()
    before = time.process_time()
    time.sleep(3)
    print(time.process_time() - before)  # multiprocessing: next to nothing
    pool.join()
