#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Deterministic runs interrupted at random moments (kill -9 of all ranks or of one, SIGTERM, SIGUSR1, `atoll stop`) and resumed on
# 1, 2, 3 or 7 ranks until they are done: the content hash is that of the uninterrupted run, which is one on all these rank counts.
#
# Usage: interruptions.sh COUNT SEED [STATE]     (environment: ATOLL, SOURCE, PYTHON)
#   COUNT  interruptions in all; the last run is finished
#   STATE  a file that keeps what each run came to: interruptions it holds are not made again
. "$(dirname "$0")/../cli/expect.sh"
count=${1:?} seed=${2:?} state=${3:-}
[ -n "$state" ] || state=$work/state
touch "$state"
job=("$SOURCE/data/problems/circles_26/job.toml" --deterministic true --islands 7 --batch 4 --migration-interval 4 --engine-workers 1
    --journal-snapshot-interval 8 --limits-seconds 0 --limits-target inf --limits-evaluations 5600)

# Numbers that depend on the seed, the run and the interruption alone.
draw() { local words=$1; shift; "$PYTHON" -c "import random, sys; print(random.Random('/'.join(sys.argv[2:])).choice(sys.argv[1].split()))" "$words" "$seed" "$@"; }
living() { pgrep -s "$1" -r D,I,R,S,T; }
hash_of() { "$ATOLL" archive hash "$1" 2>"$work/out" | grep -oE '[0-9a-f]{64}' | head -n 1; }

# start RANKS WORDS...: mpirun in a session of its own, its leader in $leader
start() {
    local ranks=$1; shift
    setsid mpirun -n "$ranks" --oversubscribe --bind-to none "$ATOLL" "$@" --quiet >"$work/log" 2>&1 &
    leader=$!
}

# One interruption; mpirun is the leader of its session, its ranks are its children.
interrupt() {
    local all
    mapfile -t all < <(pgrep -P "$leader" -x atoll)
    case $1 in
        kill_all) pkill -9 -s "$leader" ;;
        kill_one) [ ${#all[@]} = 0 ] || kill -9 "${all[$(($2 % ${#all[@]}))]}" ;;
        stop) "$ATOLL" stop "$3" ;;
        *) [ ${#all[@]} = 0 ] || kill -s "$1" "${all[$(($2 % ${#all[@]}))]}" ;;
    esac >/dev/null 2>&1
}

# Waits for the whole session; false when it does not end in a minute.
ends() {
    for _ in $(seq 3000); do living "$leader" >/dev/null || { wait "$leader" 2>/dev/null; return 0; }; sleep 0.02; done
    pkill -9 -s "$leader"
    return 1
}

made() { awk -F'[:,]' '{total += $4} END {print total + 0}' "$state"; }

number=$(wc -l <"$state")
while [ "$(made)" -lt "$count" ]; do
    number=$((number + 1))
    # the uninterrupted run, on each number of ranks in turn over the series
    reference_ranks=$(draw "1 2 3 7" reference "$number")
    expect 0 "run $number, uninterrupted on $reference_ranks ranks" ranks "$reference_ranks" evolve "${job[@]}" --seed "$number" --out "$work/reference" --quiet
    wanted=$(hash_of "$work/reference")
    [ -n "$wanted" ] && pass || fail "run $number: no hash of the uninterrupted run"
    run=$work/run
    interruptions=0
    used=
    for turn in $(seq 100); do
        ranks=$(draw "1 2 3 7" ranks "$number" "$turn")
        if [ -e "$run/job.toml" ]; then words=(resume "$run"); else words=(evolve "${job[@]}" --seed "$number" --out "$run"); fi
        start "$ranks" "${words[@]}"
        action=$(draw "kill_all kill_one TERM USR1 stop" action "$number" "$turn")
        sleep "$(draw "0.3 0.5 0.7 0.9 1.1 1.3 1.5 1.7 2.0 2.4 2.8" moment "$number" "$turn")"
        if living "$leader" >/dev/null; then
            interrupt "$action" "$turn" "$run"
            interruptions=$((interruptions + 1))
        fi
        used="$used $action/$ranks"
        ends || fail "run $number, turn $turn: not ended a minute after $action on $ranks ranks"
        "$ATOLL" status "$run" --exit-code >"$work/out" 2>&1 && break
    done
    check "run $number: done after$used" "$ATOLL" status "$run" --exit-code
    got=$(hash_of "$run")
    if [ "$got" = "$wanted" ]; then pass; equal=1; else
        equal=0
        echo "the hash is $got, not $wanted; turns:$used" >"$work/out"
        fail "run $number: another hash than uninterrupted on $reference_ranks ranks"
        [ -z "${KEEP_FAILED:-}" ] || cp -r "$work/run" "$work/reference" "$KEEP_FAILED"
    fi
    check "run $number: verify" "$ATOLL" archive verify "$run"
    printf '{"run": %d, "interruptions": %d, "equal": %d}\n' "$number" "$interruptions" "$equal" >>"$state"
    echo "run $number: $interruptions interruptions, $(made) of $count; hash $([ $equal = 1 ] && echo equal || echo DIFFERS)"
    rm -rf "$run" "$work/reference"
done
echo "$(made) interruptions in $(wc -l <"$state") deterministic runs, $(grep -c '"equal": 1' "$state") with the hash of the uninterrupted run"
finish
