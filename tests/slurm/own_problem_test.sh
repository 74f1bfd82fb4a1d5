#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# slurm/own_problem.sbatch searches what `atoll new` has made; a broken verifier ends the job before a search begins.
# Usage, inside with_slurm.sh: own_problem_test.sh ATOLL SOURCE_DIR
set -euo pipefail
export ATOLL=$1
source_dir=$2
. "$(dirname "$0")/batch.sh"

cd "$(mktemp -d "$(dirname "$SLURM_CONF")/own.XXXX")"
"$ATOLL" new disc --kind vector >/dev/null
job=$(sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/own_problem.sbatch" disc run --limits-evaluations 64)
wait_for 90 ended "$job" || fail "job $job is still $(field "$job" JobState) after 90 s"
expect_end "$job" COMPLETED 0:0
grep -q '^verdict  ok' "atoll-$job.log" || fail "the start was not judged"
[ -s run/problem/verifier.py ] || fail "the run keeps no verifier"
"$ATOLL" status run --exit-code >/dev/null || fail "status --exit-code says $?"

# the user's own files are gone: the run goes on from its copies
mv disc gone
job=$(sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/evolve.sbatch" resume run --limits-evaluations 96)
wait_for 90 ended "$job" || fail "job $job is still $(field "$job" JobState) after 90 s"
expect_end "$job" COMPLETED 0:0
"$ATOLL" archive ls run --json | grep -q '"rows": 96' || fail "the resumed run has not 96 evaluations"

"$ATOLL" new broken --kind program-cpp >/dev/null
echo "not C++" >broken/verifier.cpp
job=$(sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/own_problem.sbatch" broken never)
wait_for 90 ended "$job" || fail "job $job is still $(field "$job" JobState) after 90 s"
expect_end "$job" FAILED 2:0
grep -q 'verifier\.cpp' "atoll-$job.log" || fail "the broken verifier is not named"
[ ! -e never ] || fail "the broken problem has left a run directory"
echo "own_problem: ok"
