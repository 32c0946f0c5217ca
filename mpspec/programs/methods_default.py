"""Says what multiprocessing's start method is where nobody has chosen one."""

from mpspec import programs

if __name__ == "__main__":
    multiprocessing = programs.implementation()
    print("before it is used:", multiprocessing.get_start_method(allow_none=True))
    print("all:", *multiprocessing.get_all_start_methods())
    print("the default:", multiprocessing.get_start_method())
