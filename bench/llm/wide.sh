#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How near one rank comes to the ideal W / latency with a model that takes its time, and whether that stays so as the
# store of programs grows. Problem noop_program (nothing is run), atoll's own mock of a model, one rank.
#   bench/llm/wide.sh OUT [ATOLL]      rows that OUT/rows.tsv already holds are not run again
set -euo pipefail
out=${1:?usage: bench/llm/wide.sh OUT [ATOLL]}
atoll=$(realpath "${2:-build/release/src/cli/atoll}")
here=$(cd "$(dirname "$0")" && pwd)
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mkdir -p "$out"
touch "$out/rows.tsv"

# mock FOLDER LATENCY: a server; its port in FOLDER/port, its process in $mock
mock() {
    rm -f "$1/port"
    "$atoll" mock-llm --vary --latency "$2" --port-file "$1/port" --stats-file "$1/mock.json" >"$1/mock.log" 2>&1 &
    mock=$!
    until [ -s "$1/port" ]; do sleep 0.05; done
}
endpoint() { echo "http://127.0.0.1:$(cat "$1/port")/v1 model=mock concurrency=$2"; }

# row NAME LATENCY W PROGRAM STORED EVALUATIONS: the store is filled without latency first, and is full from then on
row() {
    local name=$1 latency=$2 width=$3 program=$4 stored=$5 evaluations=$6 mock
    if grep -q "^$name	" "$out/rows.tsv"; then return; fi
    local folder=$out/$name
    rm -rf "$folder"
    mkdir -p "$folder"
    mock "$folder" 0
    cat >"$folder/job.toml" <<TOML
problem = "noop_program"
islands = 4
batch = $((width < 64 ? 64 : width))
population.size = $((stored / 4))
population.initial = 8
population.stagnation_steps = 0
instances.families = ["$program"]
operators.enabled = ["llm_diff"]
limits.evaluations = $((stored * 11 / 10))
TOML
    "$atoll" evolve "$folder/job.toml" --out "$folder/run" --quiet --llm-endpoints "$(endpoint "$folder" "$width")" \
        >"$folder/filling" 2>&1
    kill -INT "$mock"
    wait "$mock" || true
    mock "$folder" "$latency"
    local load
    load=$(cut -d' ' -f1 /proc/loadavg)
    command time -f '%U %S %M' -o "$folder/time" "$atoll" resume "$folder/run" --quiet \
        --llm-endpoints "$(endpoint "$folder" "$width")" --limits-evaluations $((stored * 11 / 10 + evaluations)) \
        >"$folder/words" 2>&1
    kill -INT "$mock"
    wait "$mock" || true
    /usr/bin/python3 "$here/wide_row.py" "$folder" "$name" "$latency" "$width" "$evaluations" "$load" >>"$out/rows.tsv"
    tail -n 1 "$out/rows.tsv"
    rm -rf "$folder/run"
}

row width_256 1 256 2kb 1000 7680
row width_1024 1 1024 2kb 1000 30720
for stored in 1000 10000 100000; do row "stored_$stored" 0.1 16 2kb "$stored" 3200; done
row stored_8kb_1500 0.1 16 8kb 1500 3200
row stored_8kb_100000 0.1 16 8kb 100000 3200
column -t -s '	' <(printf 'row\tlatency\tW\tevaluations\ta second\tof ideal\tfirst quarter\tlast quarter\tCPU ms each\tRSS MiB\tmock CPU s\tload\n'; cat "$out/rows.tsv")
