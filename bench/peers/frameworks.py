# SPDX-License-Identifier: Apache-2.0
"""How each framework is given the task, and where it leaves when a program of the model had been judged."""

import pathlib
import re
import shutil
import sqlite3
import time

HERE = pathlib.Path(__file__).resolve().parent
PROBLEM = HERE.parent.parent / "data/problems/noop_program"
ISLANDS = 4
OPENEVOLVE_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(\d{3}) .* completed in ")


def place_task(folder, case):
    shutil.copy(PROBLEM / f"terms_{case.program}.py", folder / "initial.py")
    shutil.copy(HERE / "evaluator.py", folder)


class Atoll:
    """One process, without mpirun."""

    # Scored before there is anything to ask about: one program and three variants of it on each island.
    INITIAL = 4

    def __init__(self, program):
        self.program = program

    def command(self, folder, case, url):
        (folder / "job.toml").write_text(f"""problem = "noop_program"
islands = {ISLANDS}
batch = 16
population.initial = {self.INITIAL}
operators.enabled = ["llm_diff"]
llm.endpoints = ["{url} model=mock concurrency={case.at_once}"]
instances.families = ["{case.program}"]
limits.evaluations = {case.programs + ISLANDS * self.INITIAL}
""")
        return [self.program, "evolve", "job.toml", "--out", "run", "--quiet"], {}

    def judged_at(self, folder):
        import h5py

        with h5py.File(folder / "run/archive.h5") as archive:
            evaluations = archive["evaluations"]
            times = evaluations["elapsed_seconds"][:]
            return [float(at) for at, by, verdict in zip(times, evaluations["operator"][:], evaluations["verdict"][:])
                    if by.startswith(b"llm_") and verdict == b"ok"]


class OpenEvolve:
    def __init__(self, environment):
        self.program = environment / "bin/openevolve-run"

    def command(self, folder, case, url):
        place_task(folder, case)
        (folder / "config.yaml").write_text(f"""max_iterations: {case.programs}
checkpoint_interval: 1000000
random_seed: 1
log_level: INFO
diff_based_evolution: true
llm:
  api_base: "{url}"
  api_key: "none"
  models: [{{name: "mock", weight: 1.0}}]
  temperature: 0.8
  timeout: 60
  retries: 0
database:
  num_islands: {ISLANDS}
evaluator:
  parallel_evaluations: {case.at_once}
  cascade_evaluation: false
  timeout: 60
""")
        return [str(self.program), "initial.py", "evaluator.py", "--config", "config.yaml", "--output", "out"], {}

    def judged_at(self, folder):
        with open(folder / "output", encoding="utf-8", errors="replace") as log:
            lines = filter(None, map(OPENEVOLVE_LINE.match, log))
            return [time.mktime(time.strptime(line[1], "%Y-%m-%d %H:%M:%S")) + int(line[2]) / 1000 for line in lines]


class Shinka:
    def __init__(self, environment):
        self.environment = environment

    def command(self, folder, case, url):
        place_task(folder, case)
        words = [str(self.environment / "bin/python"), str(HERE / "drive_shinka.py"), url, str(case.programs),
                 str(case.at_once)]
        return words, {"first_in_path": str(self.environment / "bin")}  # its jobs call `python`

    def judged_at(self, folder):
        rows = sqlite3.connect(folder / "out/programs.sqlite").execute(
            "select timestamp from programs where generation > 0 and correct")
        return [at for (at,) in rows]


def framework(name, atoll, peers):
    if name == "atoll":
        return Atoll(atoll)
    return {"openevolve": OpenEvolve, "shinka": Shinka}[name](peers / name)
