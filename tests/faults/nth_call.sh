#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The n-th system call of one kind fails in a short run of the whole program: n = 1, 2, ... until a run ends without it.
# Each time the exit code is 0, 5 or 75 with one message, no acknowledged evaluation is missing or there twice, the archive
# verifies, and `resume` brings the run to its end.
#
# Usage: nth_call.sh CALL ERRNO [--mode once|after|lift] [--process run|fold] [--sample K SEED] [--from N] [--results FILE]
#   CALL      write, fsync, rename, close, open, ftruncate, mmap, mkdir, unlink (with relatives: fail_call.c)
#   ERRNO     a name: EIO, ENOSPC, ...
#   after     all calls fail from the n-th on; lift: until the test frees the disk a second later, and the run must end with 0
#   --sample  K values of n drawn by SEED, instead of all
#   environment: ATOLL, SOURCE, PYTHON, FAIL_LIBRARY (fail_call.c built)
# In memory where there is a file system for that: what is counted are calls, and a kill does not lose what the system holds.
[ -n "${TMPDIR:-}" ] || [ ! -w /dev/shm ] || export TMPDIR=/dev/shm
. "$(dirname "$0")/../cli/expect.sh"
call=${1:?} error=${2:?}; shift 2
mode=once process=run sample=0 seed=1 first=1 results=
while [ $# -gt 0 ]; do
    case $1 in
        --mode) mode=$2; shift 2 ;;
        --process) process=$2; shift 2 ;;
        --sample) sample=$2 seed=$3; shift 3 ;;
        --from) first=$2; shift 2 ;;
        --results) results=$2; shift 2 ;;
        *) echo "nth_call.sh: unknown word $1" >&2; exit 2 ;;
    esac
done
number=$("$PYTHON" -c "import errno, sys; print(getattr(errno, sys.argv[1]))" "$error") || exit 2
limit=96
job=("$SOURCE/data/problems/noop/job.toml" --islands 2 --batch 4 --limits-seconds 60 --engine-workers 1
    --journal-snapshot-interval 4 --quiet)

# The counters that fail_call.c keeps: calls made, calls failed.
counters() { od -A n -t u8 "$work/state"; }

# run_failing N: the run with its N-th call failing; its exit code in $code
run_failing() {
    rm -rf "$work/case" "$work/lifted"
    mkdir "$work/case"
    head -c 16 /dev/zero >"$work/state"
    local injected=once
    [ "$mode" = once ] || injected=after
    : >"$work/full"
    env LD_PRELOAD="$FAIL_LIBRARY" FAIL_PREFIX="$work/case" FAIL_CALL="$call" FAIL_NTH="$1" FAIL_ERRNO="$number" \
        FAIL_MODE=$injected FAIL_WHILE="$work/full" FAIL_STATE="$work/state" FAIL_PROCESS="$process" \
        "$ATOLL" evolve "${job[@]}" --limits-evaluations $limit --out "$work/case/run" \
        --journal-acknowledgement-log "$work/case/acknowledged" >"$work/stdout" 2>"$work/out" </dev/null &
    local pid=$!
    if [ "$mode" = lift ]; then
        # the disk is freed a second after the first failure; most runs end before any
        while kill -0 $pid 2>/dev/null; do
            read -r _ failed <<<"$(counters)"
            if [ "$failed" != 0 ]; then sleep 1; break; fi
            sleep 0.02
        done
        rm -f "$work/full"
    fi
    wait $pid
    code=$?
    read -r counted failed <<<"$(counters)"
}

keys() { "$ATOLL" archive export "$1" 2>"$work/out" | tail -n +2 | cut -d, -f1-4 | tr , / | sort; }

# judge N: is all there that was acknowledged, is the archive sound, does the run go on to its end
judge() {
    local n=$1 run=$work/case/run name="$call $error $mode $process, n = $1"
    case $code in
        0) pass ;;
        5 | 75)
            [ "$mode" != lift ] || [ ! -s "$work/case/acknowledged" ] || fail "$name: ends with $code though space came"
            # where calls go on failing, what is tried on the way out may say so, too
            if [ "$mode" = once ]; then says_once "$name: exit code $code" '^atoll: '; else says "$name: exit code $code" '^atoll: '; fi ;;
        *) fail "$name: exit code $code" ;;
    esac
    local segments=0
    ! compgen -G "$run/journal/*.atj" >/dev/null || segments=1
    if [ $segments = 0 ] && [ ! -e "$run/job.toml" ]; then
        [ ! -s "$work/case/acknowledged" ] && pass || fail "$name: acknowledged without a journal"
        check "$name: starts anew" "$ATOLL" evolve "${job[@]}" --limits-evaluations $limit --out "$run"
    else
        if [ $segments = 1 ]; then
            touch "$work/case/acknowledged"
            keys "$run" >"$work/keys"
            # a full disk may cut the last line: that one acknowledges nothing
            grep -E '^[0-9]+(/[0-9]+){3}$' "$work/case/acknowledged" | sort | comm -23 - "$work/keys" >"$work/out"
            [ ! -s "$work/out" ] && pass || fail "$name: acknowledged evaluations are missing"
            uniq -d "$work/keys" >"$work/out"
            [ ! -s "$work/out" ] && pass || fail "$name: evaluations are there twice"
            check "$name: fold" "$ATOLL" archive fold "$run"
            check "$name: verify" "$ATOLL" archive verify "$run"
        fi
        [ "$code" = 0 ] || check "$name: resume" "$ATOLL" resume "$run" --limits-evaluations $limit --quiet
    fi
    [ "$(keys "$run" | wc -l)" -ge $limit ] && pass || fail "$name: $(keys "$run" | wc -l) evaluations of $limit at the end"
}

if [ "$sample" -gt 0 ]; then
    run_failing 0
    if [ "$counted" = 0 ]; then echo "$call is never called by the $process"; finish; exit; fi
    trials=$("$PYTHON" -c "
import random, sys
count, wanted, seed = map(int, sys.argv[1:])
print(*sorted(random.Random(seed).sample(range(1, count + 1), min(count, wanted))))" "$counted" "$sample" "$seed")
else
    trials=$(seq "$first" 100000)
fi
struck=0
tried=0
for n in $trials; do
    run_failing "$n"
    if [ "$failed" = 0 ]; then
        # how many calls a run makes varies a little with the timing of group commits
        [ "$code" = 0 ] && pass || fail "$call n = $n: exit code $code without a fault"
        [ "$sample" -gt 0 ] && continue || break
    fi
    judge "$n"
    struck=$((struck + 1))
    tried=$n
    [ $((struck % 25)) != 0 ] || echo "$call $error $mode $process: n = $n, $failures failures so far"
done
echo "$call $error $mode $process: $struck faults struck, the last at n = $tried, $failures checks failed"
[ -z "$results" ] || printf '{"part": "nth_call", "call": "%s", "errno": "%s", "mode": "%s", "process": "%s", "struck": %d, "last_n": %d, "failed": %d}\n' \
    "$call" "$error" "$mode" "$process" "$struck" "$tried" "$failures" >>"$results"
finish
