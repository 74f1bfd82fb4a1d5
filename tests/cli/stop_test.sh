#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `atoll stop` ends a running search from outside, and says what it found where nothing runs.
. "$(dirname "$0")/expect.sh"
job=$work/job.toml
run=$work/run
printf 'problem = "circles_26"\nislands = 2\n[limits]\nseconds = 120\n' >"$job"

expect 2 "no such run" "$ATOLL" stop "$work/nowhere"
says "no such run" 'is not a run directory'
"$ATOLL" evolve "$job" --out "$run" --quiet >"$work/log" 2>&1 &
pid=$!
for _ in $(seq 300); do [ -s "$run/status.json" ] && break; sleep 0.1; done
expect 2 "waiting a negative time" "$ATOLL" stop "$run" --wait -1
expect 0 "stop" "$ATOLL" stop "$run" --json
says "stop" '"state": "asked"'
wait "$pid"
code=$?
[ "$code" = 75 ] && pass || fail "the run ended with $code, not 75"
[ "$(field text "$run/outcome.json")" = "atoll stop" ] && pass || fail "outcome.json does not name atoll stop"
expect 0 "stop of an ended run" "$ATOLL" stop "$run"
says "stop of an ended run" 'has ended: atoll stop \(exit code 75\)'
[ ! -e "$run/stop" ] && pass || fail "a file is left behind"

# a request that a kill left behind does not stop the next incarnation
echo '{}' >"$run/stop"
expect 0 "a stale request" ranks 2 resume "$run" --limits-seconds 5 --quiet
[ ! -e "$run/stop" ] && pass || fail "the stale request is left"

# a run that can not answer: suspended
"$ATOLL" resume "$run" --limits-seconds 120 --quiet >"$work/log" 2>&1 &
pid=$!
for _ in $(seq 300); do grep -qs '"state": "running"' "$run/status.json" && break; sleep 0.1; done
kill -s STOP "$pid"
expect 5 "a suspended run" "$ATOLL" stop "$run" --wait 1
says "a suspended run" 'still runs 1.00 s after it was asked to stop'
kill -9 "$pid"
wait "$pid" 2>/dev/null
expect 0 "stop of a killed run" "$ATOLL" stop "$run"
says "stop of a killed run" "was cut off and is not running; go on with 'atoll resume"
finish
