# SPDX-License-Identifier: Apache-2.0
# Objective calls a second of pygmo's differential evolution on Rosenbrock-8, population 64, one thread: one JSON line.
import json
import sys
import time

import pygmo as pg

generations = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
problem = pg.problem(pg.rosenbrock(dim=8))  # C++ inside, bounds [-5, 10]
# rand/1/bin (variant 7), the same F and CR; stop rules off
algorithm = pg.algorithm(pg.de(gen=generations, F=0.8, CR=0.9, variant=7, ftol=0.0, xtol=0.0, seed=1))
population = pg.population(problem, size=64, seed=1)
begin = time.perf_counter()
population = algorithm.evolve(population)
seconds = time.perf_counter() - begin
calls = population.problem.get_fevals() - 64
print(json.dumps({"who": f"pygmo {pg.__version__}", "calls": calls, "seconds": round(seconds, 6),
                  "calls_per_second": round(calls / seconds), "best": float(population.champion_f[0])}))
