#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Kill -9 of all ranks at random moments, ROUNDS times: each time archive.h5 opens in h5py at once, and after `fold` no key
# of the acknowledgement log is missing, none is there twice, and the run resumes.
#
# Usage: kill_rounds.sh ROUNDS SEED     (environment: ATOLL, SOURCE, PYTHON)
. "$(dirname "$0")/../cli/expect.sh"
rounds=${1:?}
seed=${2:?}

cat >"$work/keys.py" <<'PY'
"""Opens archive.h5, reads every table whole, prints the keys of /evaluations."""
import sys, h5py
with h5py.File(sys.argv[1]) as archive:
    archive.visititems(lambda name, item: item[()] if isinstance(item, h5py.Dataset) else None)
    rows = archive["evaluations"]
    for key in zip(*(rows[name][()] for name in ("island", "step", "slot", "attempt"))):
        print("/".join(str(int(part)) for part in key))
PY

draw() { seed=$(((seed * 1103515245 + 12345) % 2147483648)); echo $((seed / 65536 % $1)); }

lost=0
doubled=0
opened=0
acknowledged=0
for round in $(seq "$rounds"); do
    run=$work/run-$round
    log=$work/acknowledged-$round
    setsid mpirun -n 2 --oversubscribe --bind-to none "$ATOLL" evolve "$SOURCE/data/problems/noop/job.toml" --out "$run" \
        --seed "$round" --limits-seconds 300 --limits-evaluations 0 --journal-acknowledgement-log "$log" --quiet >"$work/log" 2>&1 &
    leader=$!
    for _ in $(seq 600); do [ -s "$log" ] && break; sleep 0.05; done
    sleep "0.$(printf '%03d' "$(draw 700)")"
    # mpirun is the leader of its session; its ranks belong to it
    pkill -9 -s "$leader" >/dev/null 2>&1
    wait "$leader" 2>/dev/null
    while pgrep -s "$leader" >/dev/null; do sleep 0.02; done
    if "$PYTHON" "$work/keys.py" "$run/archive.h5" >/dev/null 2>"$work/out"; then opened=$((opened + 1)); else fail "round $round: archive.h5 does not open"; fi
    check "round $round: fold" "$ATOLL" archive fold "$run"
    check "round $round: verify" "$ATOLL" archive verify "$run"
    "$PYTHON" "$work/keys.py" "$run/archive.h5" | sort >"$work/keys"
    lost=$((lost + $(sort "$log" | comm -23 - "$work/keys" | wc -l)))
    doubled=$((doubled + $(uniq -d "$work/keys" | wc -l)))
    acknowledged=$((acknowledged + $(wc -l <"$log")))
    if [ $((round % 5)) = 0 ] || [ "$rounds" -le 5 ]; then
        limit=$(($(wc -l <"$work/keys") + 200))
        check "round $round: resume" "$ATOLL" resume "$run" --limits-evaluations "$limit" --quiet
        [ "$(($("$ATOLL" archive export "$run" | wc -l) - 1))" -ge "$limit" ] && pass || fail "round $round: resumed too few"
    fi
    rm -rf "$run" "$log"
done
echo "$rounds kills: archive opened $opened of $rounds, $acknowledged acknowledged, $lost lost, $doubled recorded twice"
[ "$lost" = 0 ] && pass || fail "$lost acknowledged evaluations lost"
[ "$doubled" = 0 ] && pass || fail "$doubled evaluations recorded twice"
finish
