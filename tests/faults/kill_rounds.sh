#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Kill -9 at random moments, of one random rank or of all: each time the job ends, archive.h5 opens in h5py at once, and after
# `fold` no key of the acknowledgement log is missing and none is there twice. The next round resumes what the last one left.
#
# Usage: kill_rounds.sh one|all ROUNDS SEED [STATE]     (environment: ATOLL, SOURCE, PYTHON)
#   STATE  a file that keeps what each round came to: rounds it holds are not run again
. "$(dirname "$0")/../cli/expect.sh"
mode=${1:?} rounds=${2:?} seed=${3:?} state=${4:-}
[ "$mode" = one ] || [ "$mode" = all ] || { echo "kill_rounds.sh: one or all, not $mode" >&2; exit 2; }
ranks=2
rounds_of_a_run=5 # then a new run begins, so that rounds stay short
[ -n "$state" ] || state=$work/state
touch "$state"

coproc ARCHIVE { exec "$PYTHON" "$(dirname "$0")/archive_keys.py" 2>&1; }
# keys_of FILE: its keys into $work/keys, sorted; false when h5py can not read the file
keys_of() {
    local answer
    echo "$1" >&"${ARCHIVE[1]}"
    IFS= read -r answer <&"${ARCHIVE[0]}"
    if [ "${answer%% *}" != keys ]; then echo "$answer" >"$work/out"; return 1; fi
    tr ' ' '\n' <<<"${answer#keys}" | sed '/^$/d' | sort >"$work/keys"
}

# Numbers that depend on the seed and the round alone, so that a continued series draws the same as a whole one.
draw() { "$PYTHON" -c "import random, sys; print(random.Random('/'.join(sys.argv[2:])).randrange(int(sys.argv[1])))" "$@"; }

# Processes of a session that still run; the dead ones wait for a reaper that is not ours.
living() { pgrep -s "$1" -r D,I,R,S,T; }

# Processes of atoll that mpirun started; not the children that fold.
ranks_of() { pgrep -P "$1" -x atoll; }

run=
for round in $(seq $(($(wc -l <"$state") + 1)) "$rounds"); do
    if [ -z "$run" ] || [ $((round % rounds_of_a_run)) = 1 ]; then
        rm -rf "$run"
        run=$work/run-$round
        log=$work/acknowledged
        : >"$log"
        words=(evolve "$SOURCE/data/problems/noop/job.toml" --out "$run" --seed "$round" --limits-seconds 300 --limits-evaluations 0
            --islands 2 --batch 1 --engine-workers 1 --engine-unacknowledged 2 --journal-acknowledgement-log "$log")
    else
        words=(resume "$run")
    fi
    before=$(stat -c %s "$log")
    setsid mpirun -n $ranks --oversubscribe --bind-to none "$ATOLL" "${words[@]}" --quiet >"$work/log" 2>&1 &
    leader=$!
    milliseconds=$(draw 500 "$seed" "$round" moment)
    victim=$(($(draw $ranks "$seed" "$round" rank) + 1))
    for _ in $(seq 1200); do [ "$(stat -c %s "$log")" -gt "$before" ] && break; sleep 0.02; done
    [ "$(stat -c %s "$log")" -gt "$before" ] && pass || { cp "$work/log" "$work/out"; fail "round $round: nothing was acknowledged"; }
    sleep "0.$(printf '%03d' "$milliseconds")"
    killed=$(date +%s%N)
    if [ "$mode" = all ]; then
        # mpirun is the leader of its session; its ranks belong to it
        pkill -9 -s "$leader" >/dev/null 2>&1
    else
        kill -9 "$(ranks_of "$leader" | sed -n "${victim}p")"
    fi
    for _ in $(seq 1500); do living "$leader" >/dev/null || break; sleep 0.02; done
    if living "$leader" >"$work/out"; then
        fail "round $round: processes are left 30 s after the kill"
        pkill -9 -s "$leader"
    fi
    wait "$leader" 2>/dev/null
    ended=$((($(date +%s%N) - killed) / 1000000))

    opened=0 lost=0 doubled=0
    if keys_of "$run/archive.h5"; then opened=1; else fail "round $round: archive.h5 does not open"; fi
    check "round $round: fold" "$ATOLL" archive fold "$run"
    check "round $round: verify" "$ATOLL" archive verify "$run"
    keys_of "$run/archive.h5" || fail "round $round: the folded archive does not open"
    lost=$(sort "$log" | comm -23 - "$work/keys" | wc -l)
    doubled=$(uniq -d "$work/keys" | wc -l)
    [ "$lost" = 0 ] && pass || fail "round $round: $lost acknowledged evaluations lost"
    [ "$doubled" = 0 ] && pass || fail "round $round: $doubled evaluations recorded twice"
    acknowledged=$(tail -c +$((before + 1)) "$log" | wc -l)
    printf '{"round": %d, "opened": %d, "acknowledged": %d, "lost": %d, "doubled": %d, "milliseconds_to_end": %d}\n' \
        "$round" "$opened" "$acknowledged" "$lost" "$doubled" "$ended" >>"$state"
    [ $((round % 25)) != 0 ] || echo "kill $mode: $round of $rounds rounds, $failures checks failed"
done
"$PYTHON" - "$state" "$mode" <<'PY'
import json, sys
rounds = [json.loads(line) for line in open(sys.argv[1])]
total = lambda name: sum(each[name] for each in rounds)
print(f"{len(rounds)} kills of {sys.argv[2]}: archive opened {total('opened')} of {len(rounds)}, {total('acknowledged')} acknowledged,"
      f" {total('lost')} lost, {total('doubled')} recorded twice, the last process gone after at most"
      f" {max(each['milliseconds_to_end'] for each in rounds) / 1000:.1f} s")
PY
finish
