#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A signal stops a run with exit code 75 and everything synced; resume goes on, on another number of ranks too.
. "$(dirname "$0")/expect.sh"
job=$SOURCE/data/problems/noop/job.toml

wait_for() { for _ in $(seq 300); do [ -s "$1" ] && return 0; sleep 0.1; done; return 1; }

for signal in INT TERM USR1; do
    run=$work/run-$signal
    "$ATOLL" evolve "$job" --out "$run" --limits-seconds 120 --limits-evaluations 0 --quiet \
        --journal-acknowledgement-log "$work/acknowledged-$signal" >"$work/log-$signal" 2>&1 &
    pid=$!
    wait_for "$work/acknowledged-$signal" && pass || fail "$signal: nothing was acknowledged"
    expect 3 "$signal: a second process on a live run" "$ATOLL" resume "$run"
    says "$signal: the holder is named" "process $pid"
    kill -s "$signal" "$pid"
    wait "$pid"
    code=$?
    cp "$work/log-$signal" "$work/out"
    [ "$code" = 75 ] && pass || fail "$signal: exit code $code, not 75"
    [ "$(field exit_code "$run/outcome.json")" = 75 ] && pass || fail "$signal: outcome.json"
    [ "$(field text "$run/outcome.json")" = "SIG$signal" ] && pass || fail "$signal: outcome.json names it"
    expect 75 "$signal: status" "$ATOLL" status "$run" --exit-code
    "$ATOLL" archive export "$run" --output "$work/rows.csv"
    [ "$(($(wc -l <"$work/rows.csv") - 1))" = "$(wc -l <"$work/acknowledged-$signal")" ] && pass || fail "$signal: every record is acknowledged and every acknowledged one is there"
done

run=$work/run-INT
before=$(($("$ATOLL" archive export "$run" | wc -l) - 1))
expect 2 "resume does not change the seed" "$ATOLL" resume "$run" --seed 99
says "resume does not change the seed" 'seed.*can not be changed'
expect 0 "resume on three ranks" ranks 3 resume "$run" --limits-evaluations $((before + 1000)) --quiet
after=$(($("$ATOLL" archive export "$run" | wc -l) - 1))
[ "$after" -ge $((before + 1000)) ] && pass || fail "resumed: $after evaluations after $before"
"$ATOLL" archive export "$run" | cut -d, -f1-4 | sort | uniq -d >"$work/out"
[ ! -s "$work/out" ] && pass || fail "keys recorded twice"
expect 0 "verify" "$ATOLL" archive verify "$run"
says "verify" 'sound'
expect 0 "resume of a run that has used up its limits" "$ATOLL" resume "$run" --quiet
finish
