# SPDX-License-Identifier: Apache-2.0
"""Is all of a golden run still there? compare.py FOLDER ATOLL FOLDER_OF_NEW_TABLES: exit code 0 when it is."""

import csv
import json
import math
import pathlib
import subprocess
import sys

golden, atoll, new_tables = sys.argv[1:]
expected = json.loads(pathlib.Path(golden, "expected.json").read_text())
errors = []


def ask(*words):
    return json.loads(subprocess.run([atoll, "archive", *words, "run", "--json"], check=True, stdout=subprocess.PIPE).stdout)


def equal(what, old, new):
    if old != new and not (isinstance(old, float) and math.isnan(old) and math.isnan(new)):
        errors.append(f"{what}: {new!r}, not {old!r}")


best = ask("best")
for name, value in expected["best"].items():
    equal(f"best {name}", value, best[name])
verify = ask("verify")
for name in ("sound", "evaluations", "blobs", "archive", "torn_tails", "duplicates", "damages"):
    equal(f"verify {name}", expected["verify"][name], verify[name])
if "hash" in expected:
    equal("hash", expected["hash"]["hash"], ask("hash")["hash"])
tables = {table["table"]: table for table in ask("ls")}
for table in expected["tables"]:
    equal(f"rows of {table['table']}", table["rows"], tables[table["table"]]["rows"])
for old_path in pathlib.Path("tables").glob("*.csv"):
    with open(old_path, newline="") as old_file, open(pathlib.Path(new_tables, old_path.name), newline="") as new_file:
        old, new = list(csv.DictReader(old_file)), list(csv.DictReader(new_file))
    equal(f"rows of {old_path.name}", len(old), len(new))
    for number, (left, right) in enumerate(zip(old, new)):
        for column, value in left.items():  # a later version may have added columns
            equal(f"{old_path.name} row {number} {column}", value, right.get(column))
print("\n".join(errors[:20]))
sys.exit(1 if errors else 0)
