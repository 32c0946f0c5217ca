"""Makes a pool of two workers without a main guard; who comes to that waits until it may."""

from mpspec import programs

programs.probe("importer").checkpoint("before the pool")
pool = programs.implementation().Pool(2)
print(pool.map(abs, [-1, -2, -3]))
