"""A daemon lives on when its parent has ended, and the parent does not wait for the other one."""

import os
import signal

import billiard

if __name__ == "__main__":
    for daemon in (True, False):
        read, write = os.pipe()
        if os.fork() == 0:
            child = billiard.Process(target=signal.pause, daemon=daemon)
            child.start()
            os.write(write, b"%d" % child.pid)
            raise SystemExit
        os.wait()  # multiprocessing: ends the daemon; waits for the other one for ever
        pid = int(os.read(read, 20))
        os.kill(pid, signal.SIGKILL)
        print("daemon" if daemon else "child", "was still there")
