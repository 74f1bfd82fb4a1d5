#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Programs evolve: one content hash on any rank count, interrupted or not; seeds; thresholds; the check on hidden
# instances; what a run finds can be taken out and judged again.
. "$(dirname "$0")/expect.sh"
cd "$work" || exit 1
export ATOLL_CPP_CACHE=$work/cache # shared by the runs, and by nobody else
cp "$ATOLL" own-atoll && ATOLL=$work/own-atoll # so that no other test's processes are taken for this one's
wardens() { local p; for p in $(pgrep -x -f 'atoll warden'); do [ "$(readlink "/proc/$p/exe")" = "$ATOLL" ] && echo "$p"; done; }
# nobody_survives NAME: at once, or soon after
nobody_survives() {
    local round
    for round in $(seq 100); do [ -z "$(wardens)" ] && pass && return; sleep 0.1; done
    fail "$1: a warden outlives its rank"
}
cat >packing.toml <<'TOML'
problem = "online_bin_packing"
instances.families = ["or1"]
seed = 3
islands = 4
batch = 5
deterministic = true
limits.evaluations = 160
migration.interval = 2
population.size = 6
operators.tuner_calls = 12
journal.snapshot_interval = 4
TOML
hash_of() { "$ATOLL" archive hash "$1" | head -n 1; }
final() { "${PYTHON:-python3}" -c "import json, sys; print(json.load(open('$1/final_check.json'))['$2'])"; }

expect 0 "one rank" ranks 1 evolve packing.toml --out one
says "one rank" 'hidden +\[.*instances that the search never saw'
says "one rank" 'FunSearch.*0\.[0-9]+ on other instances'
hash=$(hash_of one)
for n in 2 3; do
    expect 0 "$n ranks" ranks "$n" evolve packing.toml --out "run-$n" --quiet --engine-workers 2
    [ "$(hash_of "run-$n")" = "$hash" ] && pass || fail "$n ranks: another hash"
done
[ "$(final one verdict)" = ok ] && pass || fail "the best one fails on hidden instances: $(final one reason)"
ls "$ATOLL_CPP_CACHE" | grep -q . && pass || fail "nothing is kept of what was compiled"

# interrupted at moments that a fixed seed draws, then brought to its end
words=(evolve packing.toml --out cut --quiet)
for moment in 0.9 0.4 0.7; do
    setsid mpirun -n 2 --oversubscribe --bind-to none "$ATOLL" "${words[@]}" >"$work/out" 2>&1 &
    leader=$!
    sleep "$moment"
    pkill -9 -s "$leader"
    wait "$leader" 2>/dev/null
    while pgrep -s "$leader" >/dev/null; do sleep 0.02; done
    [ -s cut/job.toml ] && words=(resume cut --quiet)
done
expect 0 "the last life" ranks 3 "${words[@]}"
[ "$(hash_of cut)" = "$hash" ] && pass || fail "cut off and resumed: another hash"
check "cut off and resumed: sound" "$ATOLL" archive verify cut
nobody_survives "cut off and resumed"

# what it found: a program like any other, with the score that the archive has for it
expect 0 "the best one" "$ATOLL" archive best one --json --candidate best.cpp
lower=$(field lower "$work/out")
says "the best one" '"genome": "program"'
expect 0 "the best one again" "$ATOLL" evaluate packing.toml best.cpp --json
[ "$(field verdict "$work/out") $(field lower "$work/out")" = "ok $lower" ] && pass || fail "the best one again: another score"
expect 0 "the report" "$ATOLL" report one
says "the report" 'or1_best_fit_excess'
says "the report" 'checked on hidden instances'

grep -aq 'sandbox_layers.*landlock o' one/journal/*.atj && pass || fail "the layers of the sandbox are not recorded"

# it goes on from a given program, which every island begins with
sed 's/item - bin/bin - item/' "$SOURCE/data/problems/online_bin_packing/best_fit.cpp" >worst_fit.cpp
expect 0 "a program to start from" ranks 1 evolve packing.toml --out seeded --quiet --seed-candidate worst_fit.cpp --limits-evaluations 8
expect 0 "a program to start from" "$ATOLL" evaluate packing.toml worst_fit.cpp --json
sha=$(field candidate_sha256 "$work/out")
"$ATOLL" archive export seeded >"$work/out"
[ "$(grep -c "seed,program,$sha" "$work/out")" = 4 ] && pass || fail "a program to start from: not the first of each island"

# a candidate that misses a threshold goes no further
expect 0 "a threshold" "$ATOLL" evaluate packing.toml worst_fit.cpp --json --cascade-stage-1 0.01
[ "$(field verdict "$work/out") $(field reason "$work/out")" = "wrong below_threshold" ] && pass || fail "a threshold: no effect"
says "a threshold" 'stage screen: [0-9.]+, and 0\.01 is asked'

# failures of C++ programs have verdict and reason, and name the line
judged() {
    local name=$1 verdict=$2 reason=$3; shift 3
    cat >program.cpp
    expect 0 "$name" "$ATOLL" evaluate packing.toml program.cpp --json "$@"
    [ "$(field verdict "$work/out") $(field reason "$work/out")" = "$verdict $reason" ] && pass ||
        fail "$name: $(field verdict "$work/out") $(field reason "$work/out"), not $verdict $reason"
}
judged "no C++" compile_error compiler <<<'double priority(double item, double bin, double capacity) { return item - ; }'
says "no C++" 'program\.cpp:1:'
judged "no such function" compile_error compiler <<<'double score(double item) { return item; }'
says "no such function" "undefined reference to .priority"
judged "a hang" timeout wall_time --sandbox-wall-seconds 0.3 <<<'double priority(double, double, double) { for (;;) {} }'
judged "a crash" crashed signal <<<'double priority(double, double, double) { return *(volatile double*)8; }'
judged "a new process" forbidden system_call <<'P'
#include <unistd.h>
double priority(double, double, double) { return fork(); }
P
judged "a secret file at compile time" compile_error compiler <<<'#include "/etc/shadow"'

# Python with numpy, and a vector polished from what a program leaves: a candidate of its own
cat >circles.toml <<'TOML'
problem = "circles_26_program"
seed = 2
islands = 2
batch = 4
deterministic = true
limits.evaluations = 120
operators.tuner_calls = 8
operators.enabled = ["literal", "expression", "tune", "polish_output"]
TOML
expect 0 "Python programs" ranks 2 evolve circles.toml --out circles --quiet
expect 0 "the same on one rank" ranks 1 evolve circles.toml --out circles-1 --quiet
[ "$(hash_of circles)" = "$(hash_of circles-1)" ] && pass || fail "Python programs: another hash on one rank"
"$ATOLL" archive export circles >"$work/out"
grep -q "polish_output,vector" "$work/out" && pass || fail "no vector was polished from a program's output"
[ ! -e circles/final_check.json ] && pass || fail "circles have no hidden instances, yet they were checked"

# attacks as candidates of a run that goes on: each has its verdict, the run its end, and nobody survives it
attacked() {
    local name=$1 verdict=$2 reason=$3 seconds=$4
    cat >attack.py
    expect 0 "$name" ranks 2 evolve circles.toml --out "attack-$reason" --quiet --seed-candidate attack.py \
        --limits-evaluations 6 --sandbox-wall-seconds "$seconds" --operators-tuner-calls 2
    "$ATOLL" archive export "attack-$reason" >"$work/out"
    [ "$(grep -c ",seed,program,.*,open,$verdict,$reason," "$work/out")" = 2 ] && pass || fail "$name: not $verdict $reason"
    [ "$(wc -l <"$work/out")" = 7 ] && pass || fail "$name: the run did not go on"
    check "$name: sound" "$ATOLL" archive verify "attack-$reason"
    nobody_survives "$name"
}
attacked "a hang that catches everything" timeout wall_time 0.5 <<'P'
def run_packing():
    while True:
        try:
            while True: pass
        except BaseException: pass
P
attacked "a fork bomb" forbidden system_call 20 <<'P'
import os
while True: os.fork()
P
attacked "a flood" forbidden output 20 <<'P'
while True: print("x" * 65536)
P
attacked "all memory there is" out_of_memory memory 20 <<'P'
x = bytearray(64 << 30)
P
# a rank that is killed takes its warden along, whatever that is at
echo 'while True: pass' >hang.py
"$ATOLL" evaluate circles.toml hang.py --sandbox-wall-seconds 60 >"$work/out" 2>&1 &
rank=$!
for _ in $(seq 300); do [ -n "$(wardens)" ] && break; sleep 0.1; done
[ -n "$(wardens)" ] && pass || fail "a killed rank: there was no warden"
kill -9 "$rank"
wait "$rank" 2>/dev/null
nobody_survives "a killed rank"

expect 2 "hidden instances that are not there" "$ATOLL" evaluate circles.toml "$SOURCE/data/problems/circles_26_program/rings.py" --instances hidden
says_once "hidden instances that are not there" 'circles_26_program has no hidden instances'
expect 2 "an operator that is none" ranks 2 evolve packing.toml --out none --operators-enabled expresion
says_once "an operator that is none" "expresion.*'expression'"
echo '// EVOLVE-BLOCK-START' >open.cpp
expect 2 "a region without an end" ranks 2 evolve packing.toml --out none --seed-candidate open.cpp
says_once "a region without an end" 'open\.cpp:1: '
[ ! -e none ] && pass || fail "a region without an end: a run directory was made"
finish
