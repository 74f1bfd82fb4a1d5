#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A short run of a real problem on RANKS ranks ends with a valid interval that every verb agrees on.
. "$(dirname "$0")/expect.sh"
count=${1:-2}
job=$SOURCE/data/problems/circles_26/job.toml
run=$work/run

expect 0 "evolve" ranks "$count" evolve "$job" --out "$run" --limits-evaluations 300 --limits-target inf
says "evolve" 'FM Agent'
says "evolve" 'archive\.h5'
says "evolve" 'solution\.svg'
if grep -qi 'new best' "$work/out"; then fail "evolve claims a new best"; else pass; fi
[ "$(field reason "$run/outcome.json")" = evaluations_exhausted ] && pass || fail "outcome.json: reason"
[ "$(field exit_code "$run/outcome.json")" = 0 ] && pass || fail "outcome.json: exit code"
[ "$(field evaluations "$run/outcome.json")" = 300 ] && pass || fail "outcome.json: evaluations"
[ "$(ls "$run"/journal | wc -l)" = "$count" ] && pass || fail "one journal segment a rank"

expect 0 "best" "$ATOLL" archive best "$run" --json
cp "$work/out" "$work/best.json"
awk -v l="$(field lower "$work/best.json")" -v u="$(field upper "$work/best.json")" 'BEGIN {exit !(l > 2.5 && u < 2.6359831 && l <= u)}' && pass ||
    fail "the interval of a short run lies between 2.5 and the best known"
# The witness, judged again from its text, has the same exact score.
sed -n '/"witness"/,/\]/p' "$work/best.json" | grep -o '"[^"]*0x[^"]*"' | tr -d '"' >"$work/witness.txt"
[ "$(wc -l <"$work/witness.txt")" = 78 ] && pass || fail "witness of 78 numbers"
expect 0 "evaluate" "$ATOLL" evaluate "$job" "$work/witness.txt" --json
[ "$(field verdict "$work/out")" = ok ] && pass || fail "evaluate: verdict"
[ "$(field lower "$work/out")" = "$(field lower "$work/best.json")" ] && pass || fail "evaluate: the same lower end"
[ "$(field candidate_sha256 "$work/out")" = "$(field candidate_sha256 "$work/best.json")" ] && pass || fail "evaluate: the same content"
# One circle a hair larger is no longer a packing.
awk 'NR == 3 {print 0.4; next} {print}' "$work/witness.txt" >"$work/overlap.txt"
expect 0 "evaluate a wrong one" "$ATOLL" evaluate "$job" "$work/overlap.txt" --json
[ "$(field verdict "$work/out")" = wrong ] && pass || fail "evaluate: wrong"

expect 0 "seeded" ranks "$count" evolve "$job" --out "$work/seeded" --limits-evaluations 64 --limits-target inf --seed-candidate "$work/witness.txt" --quiet
expect 0 "seeded best" "$ATOLL" archive best "$work/seeded" --json
awk -v a="$(field lower "$work/out")" -v b="$(field lower "$work/best.json")" 'BEGIN {exit !(a >= b)}' && pass || fail "a seeded run is at least as good as its seed"

expect 0 "status" "$ATOLL" status "$run" --exit-code
says "status" 'evaluations_exhausted'
expect 0 "verify" "$ATOLL" archive verify "$run"
says "verify" 'sound, 300 evaluations'
says "verify" 'archive.h5 current'
expect 0 "ls" "$ATOLL" archive ls "$run"
says "ls" 'evaluations +300'
expect 0 "export" "$ATOLL" archive export "$run" --output "$work/evaluations.csv"
[ "$(wc -l <"$work/evaluations.csv")" = 301 ] && pass || fail "export: a header and 300 rows"
expect 0 "report" "$ATOLL" report "$run"
says "report" 'FM Agent'
for figure in convergence solution; do [ -s "$run/figures/$figure.svg" ] && pass || fail "figure $figure"; done
expect 0 "report --json" "$ATOLL" report "$run" --json
expect 0 "show-config" "$ATOLL" evolve "$job" --show-config --seed 5
says "show-config" 'seed +5 +--seed'
cat >"$work/read.py" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as archive:
    lengths = {len(column) for column in archive["evaluations"].values()}
    assert lengths == {300}, lengths
PY
expect 0 "h5py" "$PYTHON" "$work/read.py" "$run/archive.h5"
finish
