#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Our differential evolution beside pygmo's, alternating in one run, pinned to one core.
#   bench/de_vs_pygmo.sh BUILD_FOLDER [rounds=5] [generations=20000]
# pygmo comes from PyPI into a virtual environment under $PEERS, or a temporary folder that is removed again.
# BUILD_FOLDER is one configured with -DATOLL_BENCH=ON. Prints both medians and their ratio.
set -eu
build=${1:?usage: de_vs_pygmo.sh BUILD_FOLDER [rounds] [generations]}
rounds=${2:-5}
generations=${3:-20000}
here=$(cd "$(dirname "$0")" && pwd)
ours=$(find "$build" -type f -name de_vs_pygmo -perm -u+x | head -n 1)
[ -n "$ours" ] || { echo "no de_vs_pygmo under $build: configure with -DATOLL_BENCH=ON and build it" >&2; exit 2; }

if [ -n "${PEERS:-}" ]; then
    venv=$PEERS/pygmo
else
    temporary=$(mktemp -d)
    trap 'rm -rf "$temporary"' EXIT
    venv=$temporary/pygmo
fi
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check pygmo==2.20.0
fi

core=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')
rows=$(for _ in $(seq "$rounds"); do
    taskset -c "$core" "$ours" "$generations"
    taskset -c "$core" "$venv/bin/python" "$here/de_vs_pygmo.py" "$generations"
done)
printf '%s\n' "$rows"
printf '%s\n' "$rows" | "$venv/bin/python" -c '
import json, statistics, sys
rates = {}
for line in sys.stdin:
    row = json.loads(line)
    rates.setdefault(row["who"].split()[0], []).append(row["calls_per_second"])
ours, theirs = (statistics.median(rates[who]) for who in ("atoll", "pygmo"))
print(f"median calls/s on one core: atoll {ours:.0f}, pygmo {theirs:.0f}, ratio {ours / theirs:.2f}")'
