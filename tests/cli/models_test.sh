#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Language models as proposers: recorded, replayed on any rank count, gone, over budget, and with a key that goes nowhere.
set -u
source "$SOURCE/tests/cli/expect.sh"
mock_pids=()
trap 'kill "${mock_pids[@]}" 2>/dev/null; wait; rm -rf "$work"' EXIT

# mock NAME WORDS...: a server; its base URL in $work/NAME.url
mock() {
    local name=$1; shift
    "$ATOLL" mock-llm --port 0 --port-file "$work/$name.port" --stats-file "$work/$name.stats" "$@" \
        >"$work/$name.log" 2>&1 &
    mock_pids+=($!)
    until [ -s "$work/$name.port" ]; do sleep 0.05; done
    echo "http://127.0.0.1:$(cat "$work/$name.port")/v1" >"$work/$name.url"
}

# job FILE PROBLEM URL LINES...: URL empty: no endpoint
job() {
    local file=$1 problem=$2 url=$3; shift 3
    {
        echo "problem = \"$problem\""
        echo 'islands = 3'
        echo 'batch = 6'
        echo 'population.initial = 4'
        printf '%s\n' "$@"
        if [ -n "$url" ]; then echo "llm.endpoints = [\"$url\"]"; fi
        echo 'llm.first_byte_seconds = 1.0'
    } >"$file"
}

hash_of() { "$ATOLL" archive hash "$1" | head -n 1; }
same_hash() { if [ "$(hash_of "$2")" = "$(hash_of "$3")" ]; then pass; else fail "$1: another content hash"; fi; }

# --- recorded with faults, replayed on 1, 2 and 3 ranks, and through kill -9
mock faulty --seed 5 --vary --fault rate_limited_bare=0.1 --fault server_error=0.1 --fault cut=0.05 --fault unusable=0.1 \
    --fault empty=0.05 --fault garbage=0.05 --fault invalid_utf8=0.05
job "$work/recorded.toml" noop_program "$(cat "$work/faulty.url") model=mock concurrency=8" \
    'deterministic = true' 'limits.evaluations = 270'
expect 0 record ranks 2 evolve "$work/recorded.toml" --out "$work/recorded" --quiet
says record 'model +[0-9]+ questions, [0-9]+ answered'
expect 0 "archive trace" "$ATOLL" archive trace "$work/recorded" --output "$work/trace.jsonl"
for n in 1 2 3; do
    expect 0 "replay on $n" ranks "$n" evolve "$work/recorded.toml" --out "$work/replayed$n" --quiet \
        --llm-replay "$work/trace.jsonl"
    same_hash "replay on $n" "$work/recorded" "$work/replayed$n"
done
expect 0 "replay of a run" ranks 2 evolve "$work/recorded.toml" --out "$work/replayed" --quiet \
    --llm-replay "$work/recorded"
same_hash "replay of a run" "$work/recorded" "$work/replayed"
expect 0 "hash says" "$ATOLL" archive hash "$work/replayed"
says "hash says" '^reproducible'

# a run that is killed goes on from what is in its journals, on another rank count
"$ATOLL" evolve "$work/recorded.toml" --out "$work/killed" --quiet --llm-replay "$work/trace.jsonl" \
    --journal-acknowledgement-log "$work/acknowledged" >"$work/out" 2>&1 &
victim=$!
until [ "$(wc -l 2>/dev/null <"$work/acknowledged" || echo 0)" -ge 20 ]; do
    kill -0 "$victim" 2>/dev/null || break
done
kill -9 "$victim" 2>/dev/null
wait "$victim" 2>/dev/null
expect 0 "resume a replay" ranks 2 resume "$work/killed" --quiet
same_hash "resume a replay" "$work/recorded" "$work/killed"

# --- what the archive says of the calls
check "llm_calls" "$PYTHON" - "$work/recorded/archive.h5" <<'PY'
import hashlib
import sys
import h5py
empty = hashlib.sha256(b"").hexdigest().encode()
with h5py.File(sys.argv[1]) as archive:
    calls = {name: column[:] for name, column in archive["llm_calls"].items()}
    blobs = set(archive["blobs/sha256"][:])
    evaluations = archive["evaluations"]
    asked = [name.startswith(b"llm_") for name in evaluations["operator"][:]]
    assert len(calls["island"]) > 40, len(calls["island"])
    assert sum(asked) > 30
    for status, reply in zip(calls["status"], calls["reply_sha256"]):
        assert status != b"ok" or reply in blobs or reply == empty, reply
    assert (calls["requests"] >= 1).all() and calls["faults"].sum() > 0
    verdicts = set(zip(evaluations["verdict"][:], evaluations["reason"][:]))
    assert not any(verdict == b"infrastructure" for verdict, _ in verdicts), verdicts
    assert any(reason.startswith(b"reply_") for _, reason in verdicts), verdicts
PY
expect 0 report "$ATOLL" report "$work/recorded"
says report '^language models'

# --- the sums equal the server's, and the budget holds
mock plain --seed 6 --vary
job "$work/budget.toml" noop_program "$(cat "$work/plain.url") model=mock concurrency=8" \
    'limits.evaluations = 400' 'llm.budget_tokens = 150000' 'llm.max_tokens = 2000'
expect 0 budget ranks 2 evolve "$work/budget.toml" --out "$work/budget" --quiet
kill -INT "${mock_pids[1]}"
wait "${mock_pids[1]}"
check "sums and budget" "$PYTHON" - "$work/budget/archive.h5" "$work/plain.stats" <<'PY'
import json
import sys
import h5py
stats = json.load(open(sys.argv[2]))
with h5py.File(sys.argv[1]) as archive:
    calls = {name: column[:] for name, column in archive["llm_calls"].items()}
spent = int(calls["prompt_tokens"].sum() + calls["completion_tokens"].sum())
reserved = int(calls["reserved_tokens"].sum())
assert 0 < spent + reserved <= 150000, (spent, reserved)
answered = calls["status"] == b"ok"
assert int(calls["requests"].sum()) == stats["requests"], (int(calls["requests"].sum()), stats)
# Replies that came after the run's end were charged at their most and are in the server's sums alone.
if not (calls["status"] == b"cancelled").any():
    assert int(calls["prompt_tokens"].sum()) == stats["prompt_tokens"], stats
    assert int(calls["completion_tokens"].sum()) == stats["completion_tokens"], stats
assert answered.sum() > 10
PY

# --- the model goes away in mid-run, or was never there: operators go on, and the summary says so
mock leaving --seed 7 --vary
job "$work/leaving.toml" circles_26_program "$(cat "$work/leaving.url") model=mock concurrency=4" \
    'limits.evaluations = 1500' 'llm.attempts = 2'
"$ATOLL" evolve "$work/leaving.toml" --out "$work/leaving" --quiet \
    --journal-acknowledgement-log "$work/left" >"$work/leaving.out" 2>&1 &
searching=$!
until [ "$(wc -l 2>/dev/null <"$work/left" || echo 0)" -ge 100 ]; do
    kill -0 "$searching" 2>/dev/null || break
done
kill -9 "${mock_pids[2]}"
expect 0 "goes on without" wait "$searching"
cp "$work/leaving.out" "$work/out"
says "goes on without" 'evaluations +1,500'
says "goes on without" 'none could be asked for .*operators went on alone'
expect 0 "events" "$ATOLL" report "$work/leaving"
says "events" 'model_unavailable'

job "$work/absent.toml" noop_program "http://127.0.0.1:1/v1 model=mock" 'limits.evaluations = 60' 'llm.attempts = 1'
expect 0 absent "$ATOLL" evolve "$work/absent.toml" --out "$work/absent" --quiet
says absent 'model +[0-9]+ questions?, 0 answered'
job "$work/none.toml" noop_program "" 'limits.evaluations = 60'
expect 0 none "$ATOLL" evolve "$work/none.toml" --out "$work/none" --quiet
says none 'model +none was asked'

# --- the key: not in any child's environment, a log, a trace, an archive; nor in this process's own once it runs
export TEST_SERVER_KEY=sk-do-not-show-1b7f3
mock locked --seed 8 --vary --require-key-environment TEST_SERVER_KEY
unset TEST_SERVER_KEY
job "$work/key.toml" circles_26_program \
    "$(cat "$work/locked.url") model=mock concurrency=4 key_environment=TEST_MODEL_KEY" 'limits.evaluations = 150'
sed -i 's/llm.first_byte_seconds.*/llm.first_byte_seconds = 5.0/' "$work/key.toml"
TEST_MODEL_KEY=sk-do-not-show-1b7f3 "$ATOLL" evolve "$work/key.toml" --out "$work/key" --quiet \
    --journal-acknowledgement-log "$work/keyed" >"$work/key.out" 2>&1 &
searching=$!
looks=0
leaks=0
while kill -0 "$searching" 2>/dev/null; do
    if [ -s "$work/keyed" ]; then # keys are read before the first candidate
        looks=$((looks + 1))
        for process in $(pgrep -P "$searching") $(pgrep -f "$ATOLL" | grep -v -x -e "${mock_pids[3]}" -e $$); do
            if { tr '\0' '\n' <"/proc/$process/environ"; } 2>/dev/null | grep -q sk-do-not-show; then
                leaks=$((leaks + 1))
            fi
        done
    fi
done
wait "$searching"
got=$?
cp "$work/key.out" "$work/out"
if [ "$got" = 0 ]; then pass; else fail "run with a key: exit code $got"; fi
says "run with a key" 'answered'
if [ "$looks" -gt 0 ] && [ "$leaks" = 0 ]; then pass; else fail "key in an environment: $leaks times in $looks looks"; fi
"$ATOLL" archive trace "$work/key" --output "$work/key/trace.jsonl"
check "questions were answered with the key" grep -q '"status":"ok"' "$work/key/trace.jsonl"
if grep -rqa sk-do-not-show "$work/key" "$work/key.out"; then fail "the key is in a file of the run"; else pass; fi
expect 0 "wrong key" env TEST_MODEL_KEY=sk-do-not-show-either "$ATOLL" evolve "$work/key.toml" --out "$work/refused" \
    --quiet --limits-evaluations 40
says "wrong key" 'not: http_401'
if grep -rqa sk-do-not-show "$work/refused" "$work/out"; then fail "the wrong key is in a file of the run"; else pass; fi

# --- bad input
url=http://127.0.0.1:1/v1
bad() { # NAME PATTERN PROBLEM ENDPOINT LINES...
    local name=$1 pattern=$2; shift 2
    job "$work/bad.toml" "$@" 'limits.evaluations = 10'
    expect 2 "$name" "$ATOLL" evolve "$work/bad.toml" --out "$work/bad"
    says_once "$name" "$pattern"
    [ -e "$work/bad" ] && fail "$name: a run directory was made"
}
bad "unknown word" "bad.toml:[0-9]+.*did you mean 'concurrency'" noop_program "$url model=m concurency=3"
bad "no model" "llm.endpoints.*model" noop_program "$url"
bad "a key in the URL" "key_environment" noop_program "http://user:pw@127.0.0.1/v1 model=m"
bad "no key" "NO_SUCH_MODEL_KEY" noop_program "$url model=m key_environment=NO_SUCH_MODEL_KEY"
bad "vectors" "vectors, which no model is asked for" circles_26 "$url model=m"
bad "operator without a model" "llm_diff.*llm.endpoints" noop_program "" 'operators.enabled = ["llm_diff"]'
bad "no price" "price of model 'm'" noop_program "$url model=m" 'llm.budget_usd = 1.0'
bad "no trace" "no_such.jsonl" noop_program "$url model=m" 'llm.replay = "no_such.jsonl"'
echo '{"island": 0, "request_sha256": "12", "occurrence": 0, "reply": "x"}' >"$work/bad.jsonl"
bad "torn trace" "bad.jsonl:1.*request_sha256" noop_program "$url model=m" 'llm.replay = "bad.jsonl"'
echo '{"format": "atoll-llm-trace/2"}' >"$work/newer.jsonl"
job "$work/newer.toml" noop_program "$url model=m" 'llm.replay = "newer.jsonl"' 'limits.evaluations = 10'
expect 4 "newer trace" "$ATOLL" evolve "$work/newer.toml" --out "$work/newer"
finish
