#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Slurm's own daemon of a step is killed, which srun does not notice: the job ends by itself and another one resumes the
# run, or the run goes on inside the job.
# Usage, inside with_slurm.sh: lost_test.sh ATOLL SOURCE_DIR
set -euo pipefail
export ATOLL=$1
source_dir=$2
. "$(dirname "$0")/batch.sh"

cd "$(mktemp -d "$(dirname "$SLURM_CONF")/lost.XXXX")"
submit() { # RUN SECONDS
    write_job "$1.toml" "$2" "$1.ack"
    sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/evolve.sbatch" "$1.toml" "$1"
}
ends=$(ATOLL_RESTARTS=0 submit ends 300)
goes_on=$(submit goes_on 300)
for run in ends goes_on; do
    wait_for 60 test -s "$run.ack" || fail "run $run acknowledged nothing within 60 s"
    wait_for 60 test -s "$run/status.json" || fail "run $run shows no status after 60 s"
    kill -9 "$(step_daemon "${!run}" 0)"
done

wait_for 60 begun goes_on 2 || fail "run goes_on did not go on after the loss of its step"
"$ATOLL" stop goes_on --wait 30 >stop.log && fail "atoll stop --wait does not say 75"
wait_for 60 ended "$goes_on" || fail "job $goes_on is still $(field "$goes_on" JobState) after 60 s"
grep -q "atoll: all ranks are gone, but the launcher 'srun' did not end; going on with restart 1 of 2" "atoll-$goes_on.log" ||
    fail "the loss is not named"
expect_each_once goes_on

wait_for 60 ended "$ends" || fail "job $ends is still $(field "$ends" JobState) after 60 s"
expect_end "$ends" FAILED 75:0
resumed=$(sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/evolve.sbatch" resume ends --limits-seconds 20)
wait_for 90 ended "$resumed" || fail "job $resumed is still $(field "$resumed" JobState) after 90 s"
expect_end "$resumed" COMPLETED 0:0
expect_each_once ends
echo "lost: ok"
