#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the rows of run.sh as one table, then what atoll's are beside each peer's.

Usage: table.py ROWS.jsonl, the file that run.sh writes.
"""

import json
import sys

COLUMNS = ("case", "framework", "program", "at once", "latency s", "evaluations", "per s", "of ideal", "first quarter/s",
           "last quarter/s", "CPU ms/eval", "without start", "RSS MiB", "model CPU s", "load")


def number(value, digits=1):
    return "-" if value is None else f"{value:.{digits}f}"


def without_start(row, rows):
    """CPU ms of one more evaluation: the difference to the shortest run of the same framework."""
    start = rows.get(("start", row["framework"]))
    if start is None or row["case"] != "cpu":
        return None
    more = row["evaluations"] - start["evaluations"]
    return 1000 * (row["cpu_seconds"] - start["cpu_seconds"]) / more if more > 0 else None


def of_ideal(row):
    if not row["latency_seconds"] or row["per_second"] is None:
        return "-"
    return f"{100 * row['per_second'] * row['latency_seconds'] / row['at_once']:.0f} %"


def cells(row, rows):
    late = "" if row["in_time"] else " (cut)"
    return (row["case"], row["framework"], row["program"], str(row["at_once"]), f"{row['latency_seconds']:g}",
            str(row["evaluations"]) + late, number(row["per_second"]), of_ideal(row),
            number(row["first_quarter_per_second"]), number(row["last_quarter_per_second"]),
            number(row["cpu_ms_per_evaluation"], 2), number(without_start(row, rows), 2), number(row["peak_rss_mib"], 0),
            number(row["model_cpu_seconds"], 2), number(row["load"], 2))


def ratio(ours, theirs):
    return "-" if not ours or not theirs else f"{ours / theirs:.3g}"


def main():
    rows = {}
    with open(sys.argv[1], encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            rows[row["case"], row["framework"]] = row
    table = [COLUMNS] + [cells(row, rows) for row in rows.values()]
    widths = [max(map(len, column)) for column in zip(*table)]
    for i, line in enumerate(table):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")
        if i == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    cores = sorted({row["cores"] for row in rows.values()})
    print(f"\nmeasured on {' or '.join(map(str, cores))} cores; atoll / peer:")
    for (case, name), theirs in rows.items():
        ours = rows.get((case, "atoll"))
        if name == "atoll" or case == "start" or ours is None:
            continue
        line = (f"  {case}, {name}: evaluations/s {ratio(ours['per_second'], theirs['per_second'])}, "
                f"last quarter {ratio(ours['last_quarter_per_second'], theirs['last_quarter_per_second'])}, "
                f"CPU an evaluation {ratio(ours['cpu_ms_per_evaluation'], theirs['cpu_ms_per_evaluation'])}")
        if case == "cpu":
            line += f" (without start {ratio(without_start(ours, rows), without_start(theirs, rows))})"
        print(f"{line}, RSS {ratio(ours['peak_rss_mib'], theirs['peak_rss_mib'])}")


if __name__ == "__main__":
    main()
