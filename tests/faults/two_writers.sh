#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two `atoll resume` of one dead run at almost the same moment, ROUNDS times: each time one of them takes the run over at once
# and the other exits with 3, naming it. The long form is 200 rounds.
#
# Usage: two_writers.sh ROUNDS SEED     (environment: ATOLL, SOURCE, PYTHON)
. "$(dirname "$0")/../cli/expect.sh"
rounds=${1:?}
seed=${2:?}

draw() { seed=$(((seed * 1103515245 + 12345) % 2147483648)); drawn=$((seed / 65536 % $1)); }
wait_for() { for _ in $(seq 1200); do "$@" && return 0; sleep 0.05; done; return 1; }
gone() { ! kill -0 "$1" 2>/dev/null; }
one_is_gone() { gone "$first" || gone "$second"; }
milliseconds() { local t=${EPOCHREALTIME/./}; echo $((t / 1000)); }

# start NAME WORDS...: the program in the background; $pid is its process
start() { local name=$1; shift; "$ATOLL" "$@" >"$work/$name" 2>&1 </dev/null & pid=$!; }

refused=0
slowest=0
leases=0
for round in $(seq "$rounds"); do
    if [ $((round % 20)) = 1 ]; then # a fresh run now and then: reading a long journal is not what this is about
        run=$work/run-$round
        log=$work/acknowledged-$round
        leases=1
        start terminal evolve "$SOURCE/data/problems/noop/job.toml" --out "$run" --limits-seconds 300 --limits-evaluations 0 \
            --journal-acknowledgement-log "$log" --quiet
        wait_for test -s "$log" || fail "round $round: nothing was acknowledged"
        kill -9 "$pid"
        wait "$pid" 2>/dev/null
    fi
    draw 40
    begun=$(milliseconds)
    start first resume "$run" --limits-seconds 3000 --quiet
    first=$pid
    sleep "0.0$(printf '%02d' "$drawn")"
    start second resume "$run" --limits-seconds 3000 --quiet
    second=$pid
    wait_for one_is_gone || fail "round $round: both go on"
    took=$(($(milliseconds) - begun))
    [ "$took" -gt "$slowest" ] && slowest=$took
    if gone "$first"; then loser=$first winner=$second name=first; else loser=$second winner=$first name=second; fi
    wait "$loser" 2>/dev/null
    code=$?
    cp "$work/$name" "$work/out"
    if [ "$code" = 3 ] && grep -q "^atoll: .*is in use (incarnation $leases, process $winner on .*since .*atoll stop " "$work/out"; then
        refused=$((refused + 1))
    else
        fail "round $round: exit code $code, not 3 naming process $winner as incarnation $leases"
    fi
    wait_for test -s "$run/journal/$leases-0.atj" || fail "round $round: the winner writes nothing"
    kill -9 "$winner"
    wait "$winner" 2>/dev/null
    leases=$((leases + 1))
    if [ $((round % 20)) = 0 ] || [ "$round" = "$rounds" ]; then
        [ "$(find "$run/lease" -name '[0-9]*' | wc -l)" = "$leases" ] && pass || fail "round $round: not one lease a winner"
        check "round $round: verify" "$ATOLL" archive verify "$run"
        "$ATOLL" archive export "$run" | tail -n +2 | cut -d, -f1-4 | tr , / | sort >"$work/keys"
        [ "$(sort "$log" | comm -23 - "$work/keys" | wc -l)" = 0 ] && pass || fail "round $round: acknowledged evaluations are lost"
        [ "$(uniq -d "$work/keys" | wc -l)" = 0 ] && pass || fail "round $round: evaluations recorded twice"
        [ "$(sort "$log" | uniq -d | wc -l)" = 0 ] && pass || fail "round $round: evaluations acknowledged twice"
        rm -rf "$run" "$log"
    fi
done
echo "$rounds races: $refused refused with exit code 3, naming the holder; the slowest $slowest ms after the first was started"
[ "$refused" = "$rounds" ] && pass || fail "refused $refused of $rounds"
finish
