#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# slurm/plan-mixed.sbatch plans on two ranks for the GPUs that Slurm gave; a job without any ends with 2.
# Usage, inside with_slurm.sh: plan_mixed_test.sh ATOLL SOURCE_DIR
set -euo pipefail
export ATOLL=$1
source_dir=$2
. "$(dirname "$0")/batch.sh"

cd "$(mktemp -d "$(dirname "$SLURM_CONF")/plan.XXXX")"
printf 'model = "llama2-7b"\nglobal_batch = 64\nprices = "aws-on-demand"\n' >job.toml
submit() { sbatch --parsable --ntasks=2 --time=5 "${@:2}" "$source_dir/slurm/plan-mixed.sbatch" job.toml "$1" --top 3; }

job=$(submit mixed --gres=gpu:h100:4,gpu:a100:2)
wait_for 90 ended "$job" || fail "job $job is still $(field "$job" JobState) after 90 s"
expect_end "$job" COMPLETED 0:0
grep -q 'up to 4 H100-SXM-80, up to 2 A100-SXM-80\|up to 2 A100-SXM-80, up to 4 H100-SXM-80' "atoll-$job.log" ||
    fail "not for the GPUs of the allocation: $(cat "atoll-$job.log")"
grep -q 'on 2 ranks' "atoll-$job.log" || fail "the search was not on two ranks"
"$ATOLL" archive ls mixed --json | grep -A3 '"plans"' | grep -q '"rows": 3' || fail "the archive has not three plans"
for picture in memory timeline money; do
    [ -s "mixed-pictures/$picture.svg" ] || fail "no $picture.svg"
done

sed -i '/prices/d' job.toml
job=$(submit one --gres=gpu:h100:4)
wait_for 90 ended "$job" || fail "job $job is still $(field "$job" JobState) after 90 s"
expect_end "$job" COMPLETED 0:0
grep -q '4 x H100-SXM-80\|4 H100-SXM-80' "atoll-$job.log" || fail "not for four GPUs: $(cat "atoll-$job.log")"

job=$(submit none)
wait_for 90 ended "$job" || fail "job $job is still $(field "$job" JobState) after 90 s"
expect_end "$job" FAILED 2:0
grep -q 'has no GPUs' "atoll-$job.log" || fail "a job without GPUs is not told so"
echo "plan-mixed: ok"
