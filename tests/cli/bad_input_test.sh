#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Bad input: one clear message with place and remedy, the documented exit code, the same on all ranks.
. "$(dirname "$0")/expect.sh"
cd "$work" || exit 1

job() { printf '%s\n' "$@" >job.toml; }
good() { job 'problem = "noop"' 'islands = 2' '[limits]' 'evaluations = 20'; }

job 'problem = "noop"' 'sead = 3'
expect 2 "unknown key" ranks 2 evolve job.toml
says_once "unknown key" '^atoll: .*job\.toml:2.*sead.*did you mean .seed.'
job 'problem = "circles_27"' '[limits]' 'evaluations = 5'
expect 2 "unknown problem" ranks 2 evolve job.toml
says_once "unknown problem" '^atoll: .*job\.toml:1.*circles_26'
job 'problem = 5'
expect 2 "wrong type" "$ATOLL" evolve job.toml
says "wrong type" 'job\.toml:1.*must be a string'
job 'problem = "noop"' 'batch = 0'
expect 2 "out of range" "$ATOLL" evolve job.toml
says "out of range" 'job\.toml:2.*batch.*1.*65536'
job 'problem = "noop"' '[limits' 'x = 1'
expect 2 "syntax" "$ATOLL" evolve job.toml
says "syntax" 'job\.toml:2'
job 'problem = "noop"' '[limits]' 'evaluations = 5' '[search]' 'lower = 0.9' 'upper = 0.1'
expect 2 "bounds crossed" ranks 2 evolve job.toml
says_once "bounds crossed" 'job\.toml:5.*search\.lower.*job\.toml:6'
good
expect 2 "more ranks than islands" ranks 3 evolve job.toml
says_once "more ranks than islands" "^atoll: .*job\.toml:2.*islands.* 2 .*3 ranks"
expect 2 "missing job" ranks 2 evolve nowhere.toml
says_once "missing job" 'nowhere\.toml'
expect 2 "unknown flag" "$ATOLL" evolve job.toml --isands 3
says "unknown flag" "did you mean '--islands'"
expect 2 "unknown verb" "$ATOLL" evlove job.toml
says "unknown verb" "did you mean 'evolve'"
expect 2 "unknown variable" env ATOLL_SEAD=3 "$ATOLL" evolve job.toml
says "unknown variable" 'ATOLL_SEAD.*ATOLL_SEED'
expect 2 "not a run" "$ATOLL" resume "$work"
says "not a run" 'not a run directory'
expect 2 "report of nothing" "$ATOLL" report "$work/nothing"
expect 2 "no words" "$ATOLL"

expect 2 "singletons under srun" env SLURM_JOB_ID=1 SLURM_STEP_ID=0 SLURM_PROCID=0 SLURM_NTASKS=2 SLURM_STEP_NUM_TASKS=2 \
    "$ATOLL" evolve job.toml --out singleton
says "singletons under srun" 'srun --mpi=pmix'
[ ! -e singleton ] && pass || fail "singletons under srun: a run directory was made"

expect 0 "first run" ranks 2 evolve job.toml --out run --quiet
cp -r run before
expect 3 "second run on it" ranks 2 evolve job.toml --out run --quiet
says_once "second run on it" '^atoll: .*atoll resume .*run'
check "nothing was lost" diff -r run before

expect 2 "seed candidate of the wrong length" "$ATOLL" evolve "$SOURCE/data/problems/circles_26/job.toml" --out seeded --seed-candidate "$SOURCE/data/problems/noop/job.toml"
echo "0.5 0.5 0.1" >short.txt
expect 2 "seed candidate too short" "$ATOLL" evolve "$SOURCE/data/problems/circles_26/job.toml" --out seeded --seed-candidate short.txt
says "seed candidate too short" 'short\.txt.*3 coordinates.*78'
finish
