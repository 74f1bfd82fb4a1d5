#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Three jobs that come back: one stopped by the time limit's USR1, one requeued by an operator while it runs, and one whose
# time limit is too short for the search. Each goes on from its journals until it is done.
# Usage, inside with_slurm.sh: requeue_test.sh ATOLL SOURCE_DIR
set -euo pipefail
export ATOLL=$1
source_dir=$2
. "$(dirname "$0")/batch.sh"

cd "$(mktemp -d "$(dirname "$SLURM_CONF")/requeue.XXXX")"
submit() { # RUN SECONDS OPTION...
    write_job "$1.toml" "$2" "$1.ack"
    sbatch --parsable --ntasks=2 "${@:3}" "$source_dir/slurm/evolve.sbatch" "$1.toml" "$1"
}
# More search than fits into the three quarters of a minute that are left to it. No signal, as Slurm may send it 30 s early:
# the run looks at the time itself.
short=$(ATOLL_REQUEUE=always submit short 52 --time=1 --signal=USR1@0)
stopped=$(ATOLL_REQUEUE=1 submit stopped 8 --time=5)
requeued=$(submit requeued 8 --time=5)

wait_for 60 begun stopped 1 || fail "job $stopped did not begin within 60 s"
wait_for 60 test -s stopped.ack || fail "job $stopped acknowledged nothing within 60 s"
scancel --signal=USR1 "$stopped" # to the job's steps only, as --signal=USR1@120 does
wait_for 60 test -s requeued.ack || fail "job $requeued acknowledged nothing within 60 s"
scontrol requeue "$requeued"

lives() { [ "$(field "$1" Restarts)" = "$2" ]; }
wait_for 60 lives "$stopped" 1 || fail "job $stopped did not go back into the queue"
grep -q 'stopped early; back into the queue' "atoll-$stopped.log" || fail "the first life did not end with 75"
wait_for 60 lives "$requeued" 1 || fail "job $requeued did not go back into the queue"

# Slurm lets a requeued job wait until its old credential has expired
for job in "$stopped" "$requeued" "$short"; do
    wait_for 240 ended "$job" || fail "job $job is still $(field "$job" JobState) after 240 s"
    expect_end "$job" COMPLETED 0:0
    grep -q 'life 2.* resume ' "atoll-$job.log" || fail "the second life of job $job did not resume"
done
for run in stopped requeued short; do
    [ "$(find "$run/journal" -name '0-*' | wc -l)" -ge 1 ] || fail "$run: no journal of the first life"
    [ "$(find "$run/journal" -name '1-*' | wc -l)" -ge 1 ] || fail "$run: no journal of the second life"
    [ -s "$run/archive.h5" ] || fail "there is no $run/archive.h5"
    expect_each_once "$run"
done
echo "requeue: ok, the job with a short time limit took $(($(field "$short" Restarts) + 1)) lives"
