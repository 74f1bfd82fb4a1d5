#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A running job gets the time limit's USR1, stops with 75, requeues itself, resumes from its journals and finishes.
# Usage, inside with_slurm.sh: requeue_test.sh ATOLL SOURCE_DIR
set -euo pipefail
export ATOLL=$1
source_dir=$2
. "$(dirname "$0")/batch.sh"

cd "$(mktemp -d "$(dirname "$SLURM_CONF")/requeue.XXXX")"
write_job job.toml 10

job=$(ATOLL_REQUEUE=1 sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/evolve.sbatch" job.toml run)
wait_for 60 test -s run/status.json || fail "job $job shows no status after 60 s"
scancel --signal=USR1 "$job" # to the job's steps only, as --signal=USR1@120 does
back() { [ "$(field "$job" Restarts)" = 1 ]; }
wait_for 60 back || fail "job $job did not go back into the queue"
grep -q 'stopped early; back into the queue' "atoll-$job.log" || fail "the first life did not end with 75"

# Slurm lets a requeued job wait until its old credential has expired
wait_for 150 ended "$job" || fail "job $job is still $(field "$job" JobState) after 150 s"
expect_end "$job" COMPLETED 0:0
grep -q 'life 2.* resume run' "atoll-$job.log" || fail "the second life did not resume"
[ "$(find run/journal -name '0-*' | wc -l)" -ge 1 ] || fail "no journal of the first life"
[ "$(find run/journal -name '1-*' | wc -l)" -ge 1 ] || fail "no journal of the second life"
[ -s run/archive.h5 ] || fail "there is no run/archive.h5"
echo "requeue: ok"
