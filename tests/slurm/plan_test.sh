#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# slurm/plan.sbatch searches on two ranks; a mistake in the job ends it with 2.
# Usage, inside with_slurm.sh: plan_test.sh ATOLL SOURCE_DIR
set -euo pipefail
export ATOLL=$1
source_dir=$2
. "$(dirname "$0")/batch.sh"

cd "$(mktemp -d "$(dirname "$SLURM_CONF")/plan.XXXX")"
printf 'model = "llama2-7b"\ngpu = "h100_sxm"\ngpus = 16\nglobal_batch = 128\n' >job.toml
job=$(sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/plan.sbatch" job.toml run --top 3)
wait_for 90 ended "$job" || fail "job $job is still $(field "$job" JobState) after 90 s"
expect_end "$job" COMPLETED 0:0
grep -q 'on 2 ranks' "atoll-$job.log" || fail "the search was not on two ranks"
"$ATOLL" archive ls run --json | grep -A3 '"plans"' | grep -q '"rows": 3' || fail "the archive has not three plans"

echo 'model = "lama"' >wrong.toml
job=$(sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/plan.sbatch" wrong.toml never)
wait_for 90 ended "$job" || fail "job $job is still $(field "$job" JobState) after 90 s"
expect_end "$job" FAILED 2:0
[ ! -e never ] || fail "a wrong job has left a run directory"
echo "plan: ok"
