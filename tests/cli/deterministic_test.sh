#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A deterministic run has one content hash: on 1, 2, 3 and 7 ranks, killed, stopped, out of time, resumed on another number
# of ranks.
. "$(dirname "$0")/expect.sh"
job=$work/job.toml
cat >"$job" <<'TOML'
problem = "circles_26"
seed = 4
islands = 8
batch = 8
deterministic = true
[limits]
evaluations = 1500
[migration]
interval = 4
[journal]
snapshot_interval = 8
TOML
hash_of() { "$ATOLL" archive hash "$1" | head -n 1; }

expect 0 "one rank" ranks 1 evolve "$job" --out "$work/run-1" --quiet
hash=$(hash_of "$work/run-1")
"$ATOLL" archive hash "$work/run-1" >"$work/out"
says "one rank" '^reproducible$'
for n in 2 3 7; do
    expect 0 "$n ranks" ranks "$n" evolve "$job" --out "$work/run-$n" --quiet --engine-workers $((n % 2 + 1))
    [ "$(hash_of "$work/run-$n")" = "$hash" ] && pass || fail "$n ranks: another hash"
done
expect 0 "another seed" ranks 2 evolve "$job" --out "$work/other" --quiet --seed 5
[ "$(hash_of "$work/other")" != "$hash" ] && pass || fail "another seed has the same hash"

# Cut off at moments that a fixed seed draws; which work that hits is up to the machine, what comes of it is not.
run=$work/cut
seed=7
draw() { seed=$(((seed * 1103515245 + 12345) % 2147483648)); drawn=$((seed / 65536 % $1)); }
words=(evolve "$job" --out "$run" --quiet)
for _ in $(seq 8); do
    draw 4
    n=$(echo 1 2 3 7 | cut -d ' ' -f $((drawn + 1)))
    setsid mpirun -n "$n" --oversubscribe --bind-to none "$ATOLL" "${words[@]}" >"$work/out" 2>&1 &
    leader=$!
    draw 500
    sleep "0.$(printf '%03d' $((drawn + 200)))"
    draw 3
    case $drawn in
        0) pkill -9 -s "$leader" ;;
        1) pkill -9 -n -s "$leader" ;; # one rank, or mpirun itself where that is all there is
        *) [ -d "$run/journal" ] && "$ATOLL" stop "$run" >/dev/null 2>&1 ;;
    esac
    wait "$leader" 2>/dev/null
    while pgrep -s "$leader" >/dev/null; do sleep 0.02; done
    [ -d "$run/journal" ] && [ -s "$run/job.toml" ] && words=(resume "$run" --quiet)
done
expect 0 "the last life" ranks 2 "${words[@]}"
[ "$(hash_of "$run")" = "$hash" ] && pass || fail "cut off and resumed: another hash"
"$ATOLL" archive export "$run" | cut -d, -f1-4 | sort | uniq -d >"$work/out"
[ ! -s "$work/out" ] && pass || fail "keys recorded twice"
[ "$(($("$ATOLL" archive export "$run" | wc -l) - 1))" = 1500 ] && pass || fail "not 1500 evaluations"
check "cut off and resumed: sound" "$ATOLL" archive verify "$run"
expect 0 "resumed once more" ranks 3 resume "$run" --quiet
[ "$(hash_of "$run")" = "$hash" ] && pass || fail "resumed once more: another hash"

# A limit that is raised goes on as if it had been there from the beginning; a run cut short says that it is.
expect 0 "half" ranks 2 evolve "$job" --out "$work/half" --quiet --limits-evaluations 700
expect 0 "the other half" ranks 3 resume "$work/half" --quiet --limits-evaluations 1500
[ "$(hash_of "$work/half")" = "$hash" ] && pass || fail "in two halves: another hash"
expect 75 "out of time" env SLURM_JOB_END_TIME="$(($(date +%s) + 1))" "$ATOLL" evolve "$job" --out "$work/late" --quiet --limits-evaluations 1000000
[ "$(field reason "$work/late/outcome.json")" = walltime ] && pass || fail "out of time: outcome.json"
expect 0 "hash of a run cut short" "$ATOLL" archive hash "$work/late"
says "hash of a run cut short" 'not reproducible: .*cut short'
expect 2 "no count ends it" "$ATOLL" evolve "$job" --out "$work/endless" --limits-evaluations 0 --limits-seconds 5
says_once "no count ends it" 'deterministic.*limits.evaluations'
finish
