#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A run is stopped through Slurm (TERM to its steps, TERM to its batch script) or through `atoll stop`; a chain of jobs goes
# on where the one before was stopped, and does nothing once the run is done or was ended on purpose.
# Usage, inside with_slurm.sh: stop_test.sh ATOLL SOURCE_DIR
set -euo pipefail
export ATOLL=$1
source_dir=$2
. "$(dirname "$0")/batch.sh"

cd "$(mktemp -d "$(dirname "$SLURM_CONF")/stop.XXXX")"
submit() { # RUN
    write_job "$1.toml" 300 "$1.ack"
    sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/evolve.sbatch" "$1.toml" "$1"
}
working() { wait_for 60 test -s "$1.ack" || fail "run $1 acknowledged nothing within 60 s"; }

steps=$(submit steps)
batch=$(submit batch)
asked=$(ATOLL_REQUEUE=5 submit asked)
for run in steps batch asked; do working "$run"; done
scancel --signal=TERM "$steps"
scancel --batch --signal=TERM "$batch"
"$ATOLL" stop asked >stop.log || fail "atoll stop says $?"
for run in steps batch asked; do
    wait_for 60 ended "${!run}" || fail "job ${!run} is still $(field "${!run}" JobState) after 60 s"
    expect_end "${!run}" FAILED 75:0
    code=0
    "$ATOLL" status "$run" --exit-code >/dev/null || code=$?
    [ "$code" = 75 ] || fail "status of $run says $code"
    expect_each_once "$run"
done
[ "$(field "$asked" Restarts)" = 0 ] || fail "a run that was ended by 'atoll stop' went back into the queue"

# the limit of 300 s is beyond the test: the second job of the chain is given a nearer one by the run's own file
write_job chain.toml 300 chain.ack
read -r -d '' first second third < <("$source_dir/slurm/chain.sh" 3 --ntasks=2 --time=5 -- chain.toml chain && printf '\0')
working chain
scancel --signal=USR1 "$first"
wait_for 60 ended "$first" || fail "job $first is still $(field "$first" JobState) after 60 s"
expect_end "$first" FAILED 75:0
wait_for 60 begun chain 2 || fail "the second job of the chain did not go on"
sleep 1
"$ATOLL" stop chain --wait 30 >stop.log && fail "atoll stop --wait does not say 75"
for job in "$second" "$third"; do
    wait_for 60 ended "$job" || fail "job $job is still $(field "$job" JobState) after 60 s"
    expect_end "$job" FAILED 75:0
done
grep -q "the rest of the chain does not go on with it" "atoll-$third.log" || fail "the third job does not say why it ended"
expect_each_once chain

# goes on by hand, to its end: the rest of the chain has nothing to do
read -r -d '' first second third < <("$source_dir/slurm/chain.sh" 3 --ntasks=2 --time=5 -- resume chain --limits-seconds 8 && printf '\0')
for job in "$first" "$second" "$third"; do
    wait_for 60 ended "$job" || fail "job $job is still $(field "$job" JobState) after 60 s"
    expect_end "$job" COMPLETED 0:0
done
grep -q 'chain has ended: .*; nothing to do' "atoll-$third.log" || fail "the third job does not say that all is done"
[ ! -e "chain/journal/3-0.atj" ] || fail "a run that had ended was started again"
expect_each_once chain
code=0
"$source_dir/slurm/chain.sh" 2 --ntasks=2 -- chain.toml chain >chain.log 2>&1 || code=$?
[ "$code" = 3 ] || fail "a new chain on an old run ended with $code instead of 3"
echo "stop: ok"
