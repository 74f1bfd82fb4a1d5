#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A run is stopped (SIGSTOP), taken over by the restarted Slurm job, and continued (SIGCONT) in the middle of the new one's work
# and again after its end: whatever it had acknowledged counts, on all its ranks, and nothing it writes later does.
#
# Usage: stopped_writer.sh ROUNDS SEED     (environment: ATOLL, SOURCE, PYTHON)
. "$(dirname "$0")/../cli/expect.sh"
rounds=${1:?}
seed=${2:?}

draw() { seed=$(((seed * 1103515245 + 12345) % 2147483648)); drawn=$((seed / 65536 % $1)); }
wait_for() { for _ in $(seq 1200); do "$@" && return 0; sleep 0.05; done; return 1; }
rows() { "$ATOLL" archive export "$run" | tail -n +2 | cut -d, -f1-4 | tr , / | sort >"$1"; }
# life COUNT WORDS...: the program as the COUNTth restart of a Slurm job
life() { local count=$1; shift; env SLURM_JOB_ID=4242 SLURM_RESTART_COUNT="$count" "$ATOLL" "$@"; }

for round in $(seq "$rounds"); do
    run=$work/run-$round
    log=$work/acknowledged-$round
    # mpirun itself must not see a Slurm job: it would look for its nodes
    setsid mpirun -n 2 --oversubscribe --bind-to none env SLURM_JOB_ID=4242 "$ATOLL" evolve "$SOURCE/data/problems/noop/job.toml" \
        --out "$run" --limits-seconds 300 --limits-evaluations 0 --engine-unacknowledged 8 --journal-acknowledgement-log "$log" --quiet >"$work/old" 2>&1 &
    old=$!
    wait_for test -s "$log" || fail "round $round: nothing was acknowledged"
    draw 400
    sleep "0.$(printf '%03d' "$drawn")"
    # mpirun leads its session; its ranks belong to it
    pkill -STOP -s "$old"
    expect 3 "round $round: another job waits" "$ATOLL" resume "$run"
    expect 3 "round $round: the same life of the job, too" life 0 resume "$run"
    says "round $round: the holder" 'Slurm job 4242'

    if [ $((round % 2)) = 0 ]; then # continued beside the new one
        life 1 resume "$run" --limits-seconds 300 --engine-unacknowledged 8 --journal-acknowledgement-log "$log" --quiet >"$work/new" 2>&1 &
        new=$!
        wait_for test -s "$run/journal/1-0.atj" || fail "round $round: the new one does not write"
        pkill -CONT -s "$old"
        wait "$old"
        code=$?
        # the new one does not even notice
        kill -0 "$new" && pass || fail "round $round: the new one has gone"
        kill -TERM "$(field pid "$run/lease/1" | head -n 1)"
        wait "$new"
        [ $? = 75 ] && pass || fail "round $round: the new one did not end with 75"
        rows "$work/rows"
    else
        expect 0 "round $round: takeover" life 1 resume "$run" --limits-seconds 2 --engine-unacknowledged 8 --journal-acknowledgement-log "$log" --quiet
        rows "$work/rows"
        pkill -CONT -s "$old"
        wait "$old"
        code=$?
        rows "$work/later"
        cmp -s "$work/rows" "$work/later" && pass || fail "round $round: records of the old one came in after its end"
        [ "$(field exit_code "$run/outcome.json")" = 0 ] && pass || fail "round $round: the old one wrote outcome.json"
    fi
    cp "$work/old" "$work/out"
    [ "$code" = 5 ] && pass || fail "round $round: the old one ended with $code, not 5"
    says "round $round: fenced" '^atoll: .*another process took this run over \(incarnation 1, process [0-9]+ on .*Slurm job 4242.*nothing of this rank after that counts'
    [ ! -e "$run/journal/0-2.atj" ] && [ -e "$run/journal/0-1.atj" ] && pass || fail "round $round: two ranks"
    check "round $round: verify" "$ATOLL" archive verify "$run"
    says "round $round: verify" 'sound'
    [ "$(sort "$log" | comm -23 - "$work/rows" | wc -l)" = 0 ] && pass || fail "round $round: acknowledged evaluations are lost"
    [ "$(uniq -d "$work/rows" | wc -l)" = 0 ] && pass || fail "round $round: evaluations recorded twice"
    [ "$(sort "$log" | uniq -d | wc -l)" = 0 ] && pass || fail "round $round: evaluations acknowledged twice"
    rm -rf "$run" "$log"
done
finish
