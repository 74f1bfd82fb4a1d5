#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures one framework on one case and prints the row as a line of JSON.

Usage: row.py --atoll PROGRAM --peers FOLDER --out FOLDER --case NAME --framework NAME --program 2kb|8kb --programs N
              --at-once W --latency SECONDS
A run's files stay in OUT/CASE.FRAMEWORK.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import frameworks
import meter

LIMIT_SECONDS = 240


def words():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, kind in (("atoll", str), ("peers", pathlib.Path), ("out", pathlib.Path), ("case", str), ("framework", str),
                       ("program", str), ("programs", int), ("at-once", int), ("latency", float)):
        parser.add_argument(f"--{name}", type=kind, required=True)
    return parser.parse_args()


def start_model(atoll, folder, latency):
    server = subprocess.Popen(
        [atoll, "mock-llm", "--port", "0", "--port-file", "model.port", "--stats-file", "model.json", "--seed", "1",
         "--vary", "--latency", str(latency)],
        cwd=folder, stdout=subprocess.DEVNULL)
    port = folder / "model.port"
    while not (port.exists() and port.read_text().strip()):
        if server.poll() is not None:
            sys.exit(f"row.py: {atoll} mock-llm ended with {server.returncode}")
        time.sleep(0.02)
    return server, f"http://127.0.0.1:{port.read_text().strip()}/v1"


def rate(times):
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else None


def rates(times, at_once):
    """Programs a second once all questions are out, of all of these programs and of their first and last quarter.

    The first `at_once` programs come together when there is a latency: time counts from the last of them.
    """
    if len(times) < 3 * at_once:  # hardly more than the start
        return None, None, None
    steady = sorted(times)[at_once - 1:]
    quarter = (len(steady) - 1) // 4
    return rate(steady), rate(steady[:quarter + 1]), rate(steady[-quarter - 1:])


def main():
    case = words()
    folder = case.out.resolve() / f"{case.case}.{case.framework}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    load = os.getloadavg()[0]
    server, url = start_model(case.atoll, folder, case.latency)
    meter.adopt_orphans()
    measured = frameworks.framework(case.framework, case.atoll, case.peers.resolve())
    command, settings = measured.command(folder, case, url)
    environment = dict(os.environ)
    if "first_in_path" in settings:
        environment["PATH"] = settings["first_in_path"] + os.pathsep + environment["PATH"]
    try:
        result = meter.run(command, folder, environment, LIMIT_SECONDS, {server.pid})
    finally:
        server.send_signal(signal.SIGINT)
        _, _, usage = os.wait4(server.pid, 0)
    times = measured.judged_at(folder)
    if not times:
        sys.exit(f"row.py: {case.framework} judged no program of the model: see {folder}/output")
    overall, first, last = rates(times, case.at_once)
    model = json.loads((folder / "model.json").read_text())
    row = {"case": case.case, "framework": case.framework, "program": case.program, "at_once": case.at_once,
           "latency_seconds": case.latency, "load": load, "cores": len(os.sched_getaffinity(0)),
           "evaluations": len(times), "per_second": overall,
           "first_quarter_per_second": first, "last_quarter_per_second": last,
           "cpu_ms_per_evaluation": 1000 * result["cpu_seconds"] / len(times),
           "model_cpu_seconds": usage.ru_utime + usage.ru_stime, "questions": model["replies"],
           "prompt_tokens_per_question": model["prompt_tokens"] / max(1, model["replies"]),
           "questions_at_once": model["in_flight_peak"]} | result
    print(json.dumps({name: round(value, 4) if isinstance(value, float) else value for name, value in row.items()}))


if __name__ == "__main__":
    main()
