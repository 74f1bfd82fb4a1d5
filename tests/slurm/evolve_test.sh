#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# slurm/evolve.sbatch runs a short search on two tasks to its limit; lonely tasks of atoll itself are refused.
# Usage, inside with_slurm.sh: evolve_test.sh ATOLL SOURCE_DIR
set -euo pipefail
export ATOLL=$1
source_dir=$2
. "$(dirname "$0")/batch.sh"

cd "$(mktemp -d "$(dirname "$SLURM_CONF")/evolve.XXXX")"
write_job job.toml 3

job=$(sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/evolve.sbatch" job.toml run)
wait_for 90 ended "$job" || fail "job $job is still $(field "$job" JobState) after 90 s"
expect_end "$job" COMPLETED 0:0
[ -s run/outcome.json ] || fail "there is no run/outcome.json"
[ -s run/archive.h5 ] || fail "there is no run/archive.h5"
"$ATOLL" status run --exit-code >/dev/null || fail "status --exit-code says $?"

# the same run directory again, not as a requeue: refused, the run untouched
job=$(sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/evolve.sbatch" job.toml run)
wait_for 60 ended "$job" || fail "job $job is still $(field "$job" JobState) after 60 s"
expect_end "$job" FAILED 3:0

# a rank is lost: Slurm ends the step, and the job says that it can be resumed
write_job long.toml 60
job=$(ATOLL_RESTARTS=0 sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/evolve.sbatch" long.toml lost)
wait_for 60 test -s lost/status.json || fail "job $job shows no status after 60 s"
rank=$(pgrep -f "^$ATOLL evolve long.toml --out lost\$" | tail -n 1)
kill -9 "$rank"
wait_for 60 ended "$job" || fail "job $job is still $(field "$job" JobState) after 60 s"
expect_end "$job" FAILED 75:0
grep -qE '^atoll: rank [01] on [^ ]+ was killed by SIGKILL; no restarts were asked for' "atoll-$job.log" || fail "the loss is not named"
"$ATOLL" archive best lost >/dev/null || fail "the journals of the lost run are not readable"

code=0
srun --mpi=none -n 2 "$ATOLL" evolve job.toml --out lonely >lonely.log 2>&1 || code=$?
[ "$code" = 2 ] || fail "two lonely tasks ended with $code instead of 2"
grep -q 'srun --mpi=pmix' lonely.log || fail "the refusal does not name the remedy"
[ ! -e lonely ] || fail "the refused run left a run directory"
echo "evolve: ok"
