"""Makes a pool of two workers without a main guard."""

from mpspec import programs

pool = programs.implementation().Pool(2)
print(pool.map(abs, [-1, -2, -3]))
