#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# 10,000 questions to a model's server of whose replies three in ten go wrong: refusals with and without Retry-After,
# server errors, silence, cut bodies, HTML, garbage, replies of 50 MB; with hedged requests, on two ranks.
#   bench/llm/faults.sh OUT [ATOLL] [QUESTIONS]      a run that was cut off goes on
set -euo pipefail
out=${1:?usage: bench/llm/faults.sh OUT [ATOLL] [QUESTIONS]}
atoll=$(realpath "${2:-build/release/src/cli/atoll}")
questions=${3:-10000}
here=$(cd "$(dirname "$0")" && pwd)
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mkdir -p "$out"
rm -f "$out/port"
"$atoll" mock-llm --vary --seed 9 --latency 0.05 --latency-sigma 0.5 --faults 0.3 --port-file "$out/port" \
    --stats-file "$out/mock-$(date +%s).json" >"$out/mock.log" 2>&1 &
mock=$!
trap 'kill $mock 2>/dev/null || true' EXIT
until [ -s "$out/port" ]; do sleep 0.05; done
cat >"$out/job.toml" <<TOML
problem = "noop_program"
islands = 4
batch = 128
population.initial = 1
population.stagnation_steps = 0
operators.enabled = ["llm_diff"]
llm.first_byte_seconds = 1.0
llm.hedge_seconds = 0.5
llm.attempts = 20
TOML
words=(--quiet --llm-endpoints "http://127.0.0.1:$(cat "$out/port")/v1 model=mock concurrency=256"
    --limits-evaluations $((questions + 4)))
if [ -d "$out/run" ]; then
    mpirun -n 2 --oversubscribe --bind-to none "$atoll" resume "$out/run" "${words[@]}"
else
    mpirun -n 2 --oversubscribe --bind-to none "$atoll" evolve "$out/job.toml" --out "$out/run" "${words[@]}"
fi
kill -INT "$mock"
wait "$mock" || true
"$atoll" archive verify "$out/run"
/usr/bin/python3 "$here/faults_row.py" "$out"
