#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the golden run of one format version: a search on two ranks, interrupted and resumed, small enough to keep for ever.
#
# Usage: tests/golden/make.sh ATOLL VERSION     writes tests/golden/VERSION/{run.tar.gz,expected.json}
#
# ATOLL is the program of that version. Root is needed for the host name, which the run records: it is made "golden".
set -euo pipefail
[ $# = 2 ] || { sed -n '5,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
program=$(realpath "$1")
folder=$(realpath "$(dirname "$0")")/$2
[ ! -e "$folder" ] || { echo "make.sh: $folder is there already; a golden run is never made anew" >&2; exit 2; }
[ "$(hostname)" = golden ] || exec unshare -u bash -c 'hostname golden && exec "$0" "$@"' "$(realpath "$0")" "$program" "$2"

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
work=/tmp/golden
mkdir "$work"  # refuses to share the folder: its name is in the run
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
cp "$program" "$work/bin/atoll"
cd "$work"
PATH=$work/bin:$PATH
two_ranks() { mpirun -n 2 --oversubscribe --bind-to none atoll "$@" --quiet --json >/dev/null; }

cat >job.toml <<'TOML'
problem = "min_ratio_2d_16"
seed = 4
islands = 3
batch = 4
[limits]
evaluations = 36
[population]
size = 4
elites = 1
[migration]
interval = 2
[journal]
snapshot_interval = 2
[operators]
enabled = ["gaussian", "crossover", "gaussian+polish"]
TOML
# Sixteen equal points: the judge says "wrong" of it, so that not every verdict is ok.
for _ in $(seq 32); do echo 0.25; done >seed.txt
two_ranks evolve job.toml --out run --seed-candidate seed.txt
two_ranks resume run --limits-evaluations 60

mkdir tables
for table in evaluations metrics migrations events; do atoll archive export run --table $table >tables/$table.csv; done
mkdir "$folder"
{
    printf '{"program": "%s",\n"best": ' "$(atoll --version)"
    atoll archive best run --json
    printf ',"verify": '
    atoll archive verify run --json
    printf ',"tables": '
    atoll archive ls run --json
    if hash=$(atoll archive hash run --json 2>/dev/null); then printf ',"hash": %s' "$hash"; fi
    echo '}'
} >"$folder/expected.json"
tar --sort=name --owner=0 --group=0 --numeric-owner -czf "$folder/run.tar.gz" \
    run/archive.h5 run/job.toml run/journal run/seed_candidate.txt tables
ls -l "$folder"
