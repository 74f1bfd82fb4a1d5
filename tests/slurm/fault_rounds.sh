#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The long form of the Slurm tests: jobs that requeue themselves are hit at random moments, by Slurm's own means and by
# kill -9 of each process of a job in turn, and resumed until they are done. Three jobs run at a time.
# Usage, inside with_slurm.sh: fault_rounds.sh ATOLL SOURCE_DIR ROUNDS SEED
set -uo pipefail
export ATOLL=$1
source_dir=$2
rounds=$3
seed=$4
. "$(dirname "$0")/batch.sh"

cd "$(mktemp -d "$(dirname "$SLURM_CONF")/rounds.XXXX")" || exit 1
draw() { seed=$(((seed * 1103515245 + 12345) % 2147483648)); drawn=$((seed / 65536 % $1)); }

faults=(signal_steps signal_batch operator_requeue kill_rank kill_srun kill_supervisor kill_step_daemon kill_batch_daemon)
child_of() { pgrep -P "$1" -f "$2" | head -n 1; }
script_of() { pgrep -f "/job0*$1/slurm_script" | head -n 1; } # JOBID
strike() { # FAULT JOBID RUN: false where its target is not there
    local supervisor
    supervisor=$(child_of "$(script_of "$2")" "$ATOLL")
    case $1 in
        signal_steps) scancel --signal=USR1 "$2" ;;
        signal_batch) scancel --batch --signal=TERM "$2" ;;
        operator_requeue) scontrol requeue "$2" ;;
        kill_rank) kill -9 "$(sed -n 's/.*"event":"started".*"pid":\([0-9]*\).*/\1/p' "$3/log/rank-1.jsonl" | tail -n 1)" ;;
        kill_srun) kill -9 "$(child_of "$supervisor" srun)" ;;
        kill_supervisor) kill -9 "$supervisor" ;;
        kill_step_daemon) kill -9 "$(step_daemon "$2" 0)" ;;
        kill_batch_daemon) kill -9 "$(step_daemon "$2" batch)" ;;
    esac >/dev/null 2>&1
}

# One round in a process of its own; its result is a line of results.
play() { # ROUND FAULT MILLISECONDS
    local run=run-$1 job resumed=0 struck=missed
    write_job "$run.toml" 10 "$run.ack"
    job=$(ATOLL_REQUEUE=always sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/evolve.sbatch" "$run.toml" "$run")
    if wait_for 120 test -s "$run.ack" && wait_for 30 test -s "$run/status.json"; then
        sleep "$(printf '%d.%03d' $(($3 / 1000)) $(($3 % 1000)))"
        strike "$2" "$job" "$run" && struck=struck
    fi
    while :; do
        # a job whose slurmstepd is gone is "running" for as long as Slurm does not ask its node
        done_or_ended() { [ "$("$ATOLL" status "$run" --json 2>/dev/null | sed -n 's/^ *"exit_code": \([0-9]*\).*/\1/p')" = 0 ] || ended "$job"; }
        wait_for 180 done_or_ended || fail "round $1, $2: job $job is still $(field "$job" JobState) after 180 s"
        "$ATOLL" status "$run" --exit-code >/dev/null && break
        [ "$resumed" -lt 3 ] || fail "round $1, $2: not done after three more jobs"
        resumed=$((resumed + 1))
        job=$(sbatch --parsable --ntasks=2 --time=5 "$source_dir/slurm/evolve.sbatch" resume "$run")
    done
    wait_for 60 ended "$job" || scancel "$job"
    expect_each_once "$run"
    echo "$2 $struck $resumed $(wc -l <"$run.ack")" >>results
    rm -rf "$run" "$run.keys"
}

playing=()
failed=0
reap() {
    local pid
    for pid in "${playing[@]}"; do wait "$pid" || failed=$((failed + 1)); done
    playing=()
}
: >results
for ((round = 0; round < rounds; ++round)); do
    draw 3000
    play "$round" "${faults[round % ${#faults[@]}]}" "$drawn" >"round-$round.out" 2>&1 &
    playing+=($!)
    [ "${#playing[@]}" -lt 3 ] || reap
done
reap
cat round-*.out 2>/dev/null
for fault in "${faults[@]}"; do
    awk -v fault="$fault" '$1 == fault {rounds++; struck += $2 == "struck"; resumed += $3; kept += $4}
        END {printf "%-18s %3d rounds, %3d struck, %3d further jobs, %8d acknowledged\n", fault, rounds, struck, resumed, kept}' results
done
awk -v rounds="$rounds" -v failed="$failed" '{struck += $2 == "struck"; kept += $4}
    END {printf "%d jobs, %d struck at random moments: %d acknowledged, none lost or recorded twice in %d of them\n", rounds, struck, kept, rounds - failed}' results
echo "$((rounds - failed)) checks passed, $failed failed"
[ "$failed" = 0 ]
