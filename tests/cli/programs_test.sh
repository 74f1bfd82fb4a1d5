#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Programs as candidates: what a program says of itself is never believed, and each failure has its verdict and reason.
. "$(dirname "$0")/expect.sh"
cd "$work" || exit 1
job=$SOURCE/data/problems/circles_26_program/job.toml

expect 0 "what the sandbox is made of" "$ATOLL" doctor sandbox --json --job "$job"
says "what the sandbox is made of" '"works": true'
expect 0 "the same for people" "$ATOLL" doctor sandbox
says "the same for people" 'system_calls +on'

# judged NAME VERDICT REASON [FLAGS...]: the program on standard input
judged() {
    local name=$1 verdict=$2 reason=$3; shift 3
    cat >program.py
    "$ATOLL" evaluate "$job" program.py --json "$@" >"$work/out" 2>&1
    local code=$?
    [ "$code" = 0 ] && pass || fail "$name: exit code $code"
    [ "$(field verdict "$work/out") $(field reason "$work/out")" = "$verdict $reason" ] && pass ||
        fail "$name: $(field verdict "$work/out") $(field reason "$work/out"), not $verdict $reason"
}

judged "a start that is given" ok "" <"$SOURCE/data/problems/circles_26_program/rings.py"
says "a start that is given" '"lower": 2\.129'
says "a start that is given" '"name": "landlock"'
judged "rows in place of centers and radii" ok "" <<'P'
def run_packing(): return [[0.5, 0.5, 0.25]] + [[0.01 * i, 0.0, 0.0] for i in range(25)]
P
says "rows" '"lower": 0\.25,'
judged "a sum that is not true" ok "" <<'P'
import numpy
def run_packing(): return numpy.full((26, 2), 0.5), numpy.zeros(26), 99.0
P
says "a sum that is not true" '"lower": 0\.0,'
judged "overlapping circles" wrong circles_overlap <<'P'
def run_packing(): return [[0.5, 0.5, 0.5]] * 26
P
judged "numbers that are none" wrong not_finite <<'P'
import numpy
def run_packing(): return numpy.full((26, 3), numpy.nan)
P
judged "too few circles" wrong wrong_length <<'P'
def run_packing(): return [[0.5, 0.5, 0.5]] * 25
P
judged "a forged result line" wrong no_result <<'P'
import os
print('{"verdict": "ok", "reason": "", "lower": 99.0, "upper": 99.0}')
for name in ("score", "verdict", "result.json", "report"):
    open(name, "w").write("99")
os._exit(0)
P
judged "a forged result of text" wrong not_a_vector <<'P'
import os
open("result", "w").write("99.0")
os._exit(0)
P
judged "a result written past the driver is judged like any" wrong circles_overlap <<'P'
import os, struct
open("result", "wb").write(struct.pack("<78d", *([0.5] * 78)))
os._exit(0)
P
judged "a result that is a link" cheated result_not_a_file <<'P'
import os
os.symlink("/etc/passwd", "result")
os._exit(0)
P
judged "a changed numpy" wrong circles_overlap <<'P'
import numpy, os, sys
numpy.asarray = numpy.ascontiguousarray = lambda *a, **k: (_ for _ in ()).throw(SystemExit)
os.write = lambda fd, data: len(data)
fd = os.open("result", os.O_CREAT | os.O_WRONLY)
os.pwrite(fd, (0.5).hex().encode() and __import__("struct").pack("<78d", *([0.5] * 78)), 0)
os._exit(0)
P
judged "no function" wrong no_function <<'P'
def pack(): pass
P
judged "no numbers" wrong no_numbers <<'P'
def run_packing(): return "a nice packing"
P
judged "an exception" crashed exception <<'P'
def run_packing(): return 1 / 0
P
says "an exception" 'ZeroDivisionError: division by zero'
says "an exception" 'line 1, in run_packing'
judged "no Python" compile_error syntax <<'P'
def run_packing() return
P
judged "an endless loop" timeout wall_time --sandbox-wall-seconds 0.3 <<'P'
while True: pass
P
judged "too much memory" out_of_memory memory <<'P'
x = bytearray(10 << 30)
P
judged "a new process" forbidden system_call <<'P'
import os
os.fork()
P
export SANDBOX_TEST_SECRET=do-not-tell
judged "the environment" crashed exception <<'P'
import os
raise ValueError(sorted(os.environ))
P
grep -q SECRET "$work/out" && fail "the environment reaches the program" || pass

expect 5 "nothing hides the files" "$ATOLL" evaluate "$job" program.py --sandbox-disabled-layers landlock,mount_namespace
says "nothing hides the files" 'hides the file system.*doctor sandbox'
expect 0 "nothing need hide the files" "$ATOLL" evaluate "$job" program.py --sandbox-disabled-layers landlock,mount_namespace --sandbox-require-isolation ''
expect 2 "a layer that is none" "$ATOLL" evaluate "$job" program.py --sandbox-require-isolation landlok
says "a layer that is none" "landlock"
printf 'problem = "noop"\n[limits]\nevaluations = 1\n[python]\ninterpreter = "/usr/bin/nopython"\n' >other.toml
expect 5 "no such Python" "$ATOLL" doctor sandbox --job other.toml
says "no such Python" 'nopython.*python\.interpreter'
cp "$(readlink -f /usr/bin/python3)" "$work/own-python" 2>/dev/null
expect 5 "a Python elsewhere" "$ATOLL" evaluate "$job" program.py --python-interpreter "$work/own-python"
says "a Python elsewhere" "own-python.*sandbox\.read_paths"
expect 0 "a Python below the read paths" "$ATOLL" evaluate "$SOURCE/data/problems/circles_26_program/job.toml" \
    "$SOURCE/data/problems/circles_26_program/rings.py" --python-interpreter "$work/own-python" --sandbox-read-paths "$work"
says "a Python below the read paths" 'verdict +ok'
finish
