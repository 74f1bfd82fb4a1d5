#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The supervisor goes on after a killed rank, a suspended rank and a killed launcher, names what was lost in one line,
# knows when to give up, turns signals into a stop, and leaves no process behind.
. "$(dirname "$0")/expect.sh"
host=$(hostname)
cat >"$work/job.toml" <<'TOML'
problem = "circles_26"
islands = 3
seed = 5
[limits]
seconds = 300
TOML
launcher="mpirun -n 3 --oversubscribe --bind-to none"

within() { # SECONDS COMMAND...: polls until the command succeeds
    local tries=$(($1 * 10))
    shift
    for _ in $(seq "$tries"); do "$@" && return 0; sleep 0.1; done
    return 1
}
begun() { [ "$(grep -hc '"event":"started"' "$1/log/rank-1.jsonl" 2>/dev/null)" = "$2" ]; } # RUN LIVES
rank_pid() { grep '"event":"started"' "$1/log/rank-$2.jsonl" | tail -n 1 | sed 's/.*"pid":\([0-9]*\).*/\1/'; }
left_over() { pgrep -f "$ATOLL (evolve|resume) .*$1" >/dev/null || pgrep -f "archive fold .*$1" >/dev/null; } # RUN
gone() { ! left_over "$1"; }
supervise() { # NAME WORDS...: in the background, as $pid, its output in $work/NAME.out and .err
    local name=$1
    shift
    "$ATOLL" "$@" >"$work/$name.out" 2>"$work/$name.err" </dev/null &
    pid=$!
}
ends() { # NAME CODE [RUN]
    local run=$work/${3:-$1}
    wait "$pid"
    local code=$?
    cat "$work/$1.out" "$work/$1.err" >"$work/out"
    [ "$code" = "$2" ] && pass || fail "$1: exit code $code, not $2"
    left_over "$run" && fail "$1: processes are left" || pass
    [ ! -e "$run/stop" ] && pass || fail "$1: RUN/stop is left"
}
each_once() { # NAME: what was acknowledged is in the archive once, and nothing twice
    "$ATOLL" archive export "$work/$1" | tail -n +2 | cut -d, -f1-4 | tr , / | sort >"$work/keys"
    [ -s "$work/$1.ack" ] && [ -z "$(sort "$work/$1.ack" | comm -23 - "$work/keys")" ] && pass || fail "$1: acknowledged evaluations are missing"
    [ -z "$(uniq -d "$work/keys")$(sort "$work/$1.ack" | uniq -d)" ] && pass || fail "$1: keys recorded twice"
    expect 0 "$1: verify" "$ATOLL" archive verify "$work/$1"
}

# a killed rank, then a killed launcher, then a stop from outside
supervise killed evolve "$work/job.toml" --out "$work/killed" --restarts 3 --launcher "$launcher" --json \
    --journal-acknowledgement-log "$work/killed.ack"
within 60 begun "$work/killed" 1 && within 30 test -s "$work/killed.ack" && pass || fail "killed: did not begin"
kill -9 "$(rank_pid "$work/killed" 1)"
within 60 begun "$work/killed" 2 && pass || fail "killed: did not go on after a lost rank"
kill -9 "$(pgrep -P "$pid" | head -n 1)"
within 60 begun "$work/killed" 3 && pass || fail "killed: did not go on after a lost launcher"
expect 75 "killed: stop --wait" "$ATOLL" stop "$work/killed" --wait 60
says "killed: stop --wait" 'has ended: atoll stop \(exit code 75\)'
ends killed 75
says_once "killed: the loss" "^atoll: rank 1 on $host was killed by SIGKILL; going on with restart 1 of 3\$"
says_once "killed: the launcher" "^atoll: the launcher 'mpirun' was killed by SIGKILL; going on with restart 2 of 3\$"
check "killed: standard output is one JSON value" "$PYTHON" -c \
    'import json,sys; o = json.load(open(sys.argv[1])); assert (o["exit_code"], o["text"]) == (75, "atoll stop"), o' "$work/killed.out"
each_once killed

# signals: the first asks, and no restart follows
supervise asked resume "$work/killed" --restarts 3 --launcher "$launcher" --quiet
within 60 begun "$work/killed" 4 && pass || fail "asked: did not begin"
kill -s USR1 "$pid"
ends asked 75 killed
says_once "asked: what happens" 'SIGUSR1: asking the run to stop'
[ "$(field text "$work/killed/outcome.json")" = SIGUSR1 ] && pass || fail "asked: outcome.json"

# a suspended rank, be it the first: the others call it silent, and the whole job is gone soon after
supervise headless evolve "$work/job.toml" --out "$work/headless" --restarts 0 --launcher "$launcher" --quiet \
    --journal-acknowledgement-log "$work/headless.ack"
headless=$pid
supervise silent evolve "$work/job.toml" --out "$work/silent" --restarts 0 --launcher "$launcher" --quiet \
    --journal-acknowledgement-log "$work/silent.ack"
within 60 begun "$work/silent" 1 && within 30 test -s "$work/silent.ack" && pass || fail "silent: did not begin"
within 60 begun "$work/headless" 1 && within 30 test -s "$work/headless.ack" && pass || fail "headless: did not begin"
kill -s STOP "$(rank_pid "$work/silent" 1)" "$(rank_pid "$work/headless" 0)"
lost=$SECONDS
for run in silent headless; do
    within 120 gone "$work/$run" && pass || fail "$run: the job is still there"
    echo "$run: gone $((SECONDS - lost)) s after the loss"
done
ends silent 5
pid=$headless
ends headless 5
says_once "headless: the loss" "^atoll: rank 0 on $host was silent for too long; no restarts were asked for, go on with 'atoll resume"
each_once headless
cp "$work/silent.err" "$work/out"
says_once "silent: the loss" "^atoll: rank 1 on $host was silent for 20 s; no restarts were asked for, go on with 'atoll resume"
each_once silent

# a run that can not go on, whatever is tried
expect 5 "crash loop" "$ATOLL" resume "$work/silent" --restarts 9 --launcher "sh -c 'kill -9 \$\$'"
says "crash loop" 'giving up, as 2 restarts in a row acknowledged nothing new'
says_once "crash loop: no third restart" 'restart 2 of 9'
expect 5 "restarts used up" "$ATOLL" resume "$work/silent" --restarts 1 --launcher "sh -c 'kill -9 \$\$'" --json
says "restarts used up" 'all restarts are used up'
expect 5 "a launcher that starts nothing" "$ATOLL" evolve "$work/job.toml" --out "$work/nothing" --restarts 9 --launcher false
says "a launcher that starts nothing" "the launcher 'false' ended with exit code 1; giving up.* the run has not begun; is the launcher right"
expect 2 "no such launcher" "$ATOLL" evolve "$work/job.toml" --out "$work/nothing" --restarts 9 --launcher "no-such-launcher -n 2"
says "no such launcher" "can not start 'no-such-launcher'"
expect 2 "an open quote" "$ATOLL" evolve "$work/job.toml" --out "$work/nothing" --launcher "mpirun '-n 2"
expect 2 "bad input is final" "$ATOLL" evolve "$work/job.toml" --out "$work/nothing" --restarts 9 --islands 2 --launcher "$launcher"
says_once "bad input is said once" 'start at most as many ranks as islands'
expect 3 "a run that is there already" "$ATOLL" evolve "$work/job.toml" --out "$work/silent" --restarts 9 --launcher "$launcher"

# without a launcher: one rank; without --out: a run directory of its own; the end of the last incarnation is the end
(cd "$work" && exec "$ATOLL" evolve job.toml --restarts 2 --launcher "" --limits-seconds 4 >alone.out 2>alone.err) &
pid=$!
started() { grep -qs '"event":"started"' "$work"/runs/*/log/rank-0.jsonl; }
within 60 started && pass || fail "alone: did not begin"
run=$(echo "$work"/runs/*)
kill -9 "$(rank_pid "$run" 0)"
ends alone 0 "runs/${run##*/}"
says_once "alone: the loss" "^atoll: rank 0 on $host was killed by SIGKILL; going on with restart 1 of 2\$"
says_once "alone: the last lines" 'time limit of .* reached'

# ranks that were started by hand run as they are
expect 0 "--restarts in ranks" ranks 2 evolve "$work/job.toml" --out "$work/ranks" --restarts 5 --limits-seconds 1 --quiet
says_once "--restarts in ranks" 'have no effect in ranks that a launcher has started'

# nobody supervises any more: the launcher is told to end
supervise orphan resume "$work/ranks" --restarts 5 --launcher "mpirun -n 2 --oversubscribe --bind-to none" --limits-seconds 300 --quiet
within 60 begun "$work/ranks" 2 && pass || fail "orphan: did not begin"
kill -9 "$pid"
wait "$pid" 2>/dev/null
within 20 gone "$work/ranks" && pass || fail "orphan: the job goes on unsupervised"
finish
