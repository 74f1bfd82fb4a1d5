#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Seconds from a cold start to the proven target, for several seeds of one problem: real runs on MPI ranks, resumable.
#
# Usage: bench/time_to_target.sh PROBLEM [SEEDS [RANKS [LIMIT_SECONDS [RESULTS.csv]]]]
#        bench/time_to_target.sh circles_26 10
# Needs a release build (./quickstart or ./check). Seeds already in the results file are not run again.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
problem=${1:?usage: bench/time_to_target.sh PROBLEM [SEEDS [RANKS [LIMIT_SECONDS [RESULTS.csv]]]]}
seeds=${2:-10}
ranks=${3:-2}
limit=${4:-600}
results=${5:-bench-results/time_to_target-$problem-$ranks-ranks.csv}
atoll=${ATOLL_PROGRAM:-$root/build/release/src/cli/atoll}
[ -x "$atoll" ] || { echo "no program at $atoll: build first with ./quickstart or ./check, or set ATOLL_PROGRAM" >&2; exit 2; }
[ "$(id -u)" = 0 ] && export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mkdir -p "$(dirname "$results")"
[ -s "$results" ] || echo "problem,seed,ranks,reason,wall_seconds,seconds_to_target,evaluations_to_target,lower,upper,commit" >"$results"
commit=$("$atoll" --version | sed -n 's/.*commit \([0-9a-f]*\).*/\1/p')
for seed in $(seq "$seeds"); do
    grep -q "^$problem,$seed,$ranks," "$results" && continue
    folder=$(mktemp -d)
    began=$(date +%s.%N)
    mpirun -n "$ranks" --bind-to none --oversubscribe "$atoll" evolve "$root/data/problems/$problem/job.toml" \
        --seed "$seed" --limits-seconds "$limit" --out "$folder/run" --quiet >"$folder/out" 2>&1 || { cat "$folder/out" >&2; exit 1; }
    ended=$(date +%s.%N)
    "$atoll" archive best "$folder/run" --json >"$folder/best.json"
    field() { sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$2" | head -n 1; }
    echo "$problem,$seed,$ranks,$(field reason "$folder/run/outcome.json"),$(awk "BEGIN{print $ended-$began}"),$(field seconds_to_target "$folder/best.json"),$(field evaluations_to_target "$folder/best.json"),$(field lower "$folder/best.json"),$(field upper "$folder/best.json"),$commit" >>"$results"
    tail -n 1 "$results"
    rm -rf "$folder"
done
all=$(($(wc -l <"$results") - 1))
grep ',target_reached,' "$results" | cut -d, -f5 | sort -g |
    awk -v all="$all" '{t[NR] = $1} END {if (NR) printf "%d of %d seeds reached the target; wall seconds: min %.2f, median %.2f, max %.2f\n",
        NR, all, t[1], (t[int((NR + 1) / 2)] + t[int(NR / 2) + 1]) / 2, t[NR]; else printf "0 of %d seeds reached the target\n", all}'
