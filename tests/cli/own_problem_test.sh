#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Own problems that are wrong, verifiers that fail, and what programs can not find out.
. "$(dirname "$0")/expect.sh"
cd "$work" || exit 1
for kind in vector program-cpp program-python; do "$ATOLL" new "$kind" --kind "$kind" >/dev/null || exit 1; done

# bad NAME PATTERN KIND SED-SCRIPT: a job changed so is refused with exit code 2
bad() {
    local name=$1 pattern=$2 kind=$3 script=$4 start=start.txt
    [ "$kind" = vector ] || start=program.${kind#program-}
    sed "$script" "$kind/job.toml" >"$kind/bad.toml"
    expect 2 "$name" "$ATOLL" evaluate "$kind/bad.toml" "$kind/${start/python/py}"
    says_once "$name" "^atoll: .*bad\.toml.*$pattern"
}
bad "a kind that is none" "'own\.kind' is 'vektor'; did you mean 'vector'" vector 's/"vector"/"vektor"/2;s/^kind = .*/kind = "vektor"/'
bad "a verifier that is missing" "'own\.verifier' names .*nothing\.py, and there is no such file" vector 's/^verifier = .*/verifier = "nothing.py"/'
bad "no verifier" "'own\.verifier' is missing" vector 's/^verifier = .*//'
bad "a verifier in another language" "neither Python \(\.py\) nor C\+\+" vector 's/^verifier = .*/verifier = "start.txt"/'
bad "a folder as verifier" "there is no such file" program-cpp 's/^verifier = .*/verifier = "instances"/'
bad "no dimension" "'own\.dimension' is missing" vector 's/^dimension = .*//'
bad "crossed bounds" "'own\.lower' must be below" vector 's/^lower = .*/lower = 1.0/'
bad "a driver for vectors" "'own\.driver' is not for problems of the kind vector" vector 's/^lower/driver = "verifier.py"\nlower/'
bad "a name of atoll's" "already; choose another" vector 's/^problem = .*/problem = "noop"/'
bad "a name that is none" "'a b' is no name" vector 's/^problem = .*/problem = "a b"/'
bad "no instances" "'own\.instances' is empty" program-cpp 's/^instances = .*//'
bad "an instance that is missing" "'own\.instances' names .*instances/9\.txt" program-cpp 's/small\.txt/9.txt/'
bad "no driver" "'own\.driver' is missing" program-python 's/^driver = .*//'
bad "a driver in another language" "ends in \.cpp" program-cpp 's/^driver = .*/driver = "README.md"/'
bad "no program to start from" "'own\.program' is missing" program-cpp 's/^program = .*//'
bad "a hash of another file" "not the file that the run began with" vector "s/^lower/sha256 = [\"$(printf '%064d' 0)\"]\nlower/"
bad "a key that is none" "own\.verifer.*did you mean 'own\.verifier'" vector 's/^verifier/verifer/'

# Files that do not do what they are for: exit code 2 before any search, with the file's name
broken() { # NAME PATTERN KIND FILE, the file on standard input
    local name=$1 pattern=$2 kind=$3 file=$4 start=start.txt
    [ "$kind" = vector ] || start=program.${kind#program-}
    cp "$kind/$file" kept
    cat >"$kind/$file"
    expect 2 "$name" "$ATOLL" evaluate "$kind/job.toml" "$kind/${start/python/py}"
    says_once "$name" "^atoll: .*$pattern"
    cp kept "$kind/$file"
}
broken "a verifier that is no Python" 'verifier\.py:1: SyntaxError' vector verifier.py <<<'def verify('
broken "a verifier without verify()" 'no function verify' vector verifier.py <<<'def judge(instance, answer): return 1'
broken "a verifier that fails at once" 'verifier\.py:2: ModuleNotFoundError: .*nosuch' vector verifier.py <<<$'\nimport nosuch'
broken "a verifier that is no C++" 'verifier\.cpp:1.*error' program-cpp verifier.cpp <<<'double verify('
broken "a verifier without verify(), in C++" 'verifier\.cpp.*undefined reference' program-cpp verifier.cpp <<<'double judge() { return 1; }'
broken "a driver that is no Python" 'driver\.py.*SyntaxError' program-python driver.py <<<'def run('
broken "a driver without run()" 'no function run' program-python driver.py <<<'def go(program): return 1'
broken "a driver that is no C++" 'driver\.cpp:1.*error' program-cpp driver.cpp <<<'void run(nothing);'
broken "a driver without run(), in C++" "error: 'run' was not declared" program-cpp driver.cpp <<<'double priority(double);'
cp vector/verifier.py kept
echo 'def verify(' >vector/verifier.py
expect 2 "a search with a broken verifier" ranks 2 evolve vector/job.toml --out never
says_once "a search with a broken verifier" '^atoll: .*verifier\.py:1: SyntaxError'
cp kept vector/verifier.py
[ ! -e never ] && pass || fail "a search with a broken verifier: a run directory was made"

# A verifier that fails while it judges: the machine's fault, not the candidate's
failing() { # NAME PATTERN KIND: the verifier on standard input
    local name=$1 pattern=$2 kind=$3 file=verifier.py start=start.txt; shift 3
    [ "$kind" = vector ] || { start=program.cpp file=verifier.cpp; }
    cp "$kind/$file" kept
    cat >"$kind/$file"
    expect 0 "$name" "$ATOLL" evaluate "$kind/job.toml" "$kind/$start" --json "$@"
    [ "$(field verdict "$work/out") $(field reason "$work/out")" = "infrastructure verifier" ] && pass ||
        fail "$name: $(field verdict "$work/out") $(field reason "$work/out"), not infrastructure verifier"
    says "$name" "\"text\": \".*$pattern"
    cp kept "$kind/$file"
}
failing "an exception" 'verifier\.py:2: ZeroDivisionError' vector <<<$'def verify(instance, answer):\n    return 1 / 0'
failing "a word in place of a score" 'must return a number' vector <<<'def verify(instance, answer): return "good"'
failing "no score" 'must return a number' vector <<<'def verify(instance, answer): pass'
failing "a score that is none" 'score is not finite' vector <<<'def verify(instance, answer): return float("nan")'
failing "a reason that is no code" "'Not good'" vector <<<$'from atoll_verifier import Wrong\ndef verify(instance, answer): raise Wrong("Not good")'
failing "a metric without end" "'x' is not finite" vector <<<'def verify(instance, answer): return 1, {"x": float("inf")}'
failing "an exit" 'exit' vector <<<$'import sys\ndef verify(instance, answer): sys.exit(0)'
failing "an endless verifier" 'ran longer than 0\.5' vector --sandbox-wall-seconds 0.5 <<<$'def verify(instance, answer):\n    while True: pass'
failing "an exception, in C++" 'no good instance' program-cpp <<<$'#include "atoll_verifier.hpp"\n#include <stdexcept>\ndouble verify(const atl::Instance&, const std::vector<double>&) { throw std::runtime_error("no good instance"); }'
failing "a crash, in C++" 'SIGSEGV' program-cpp <<<$'#include "atoll_verifier.hpp"\n#include <csignal>\ndouble verify(const atl::Instance&, const std::vector<double>&) { std::raise(SIGSEGV); return 0; }'

# judged NAME KIND VERDICT REASON: the program on standard input
judged() {
    local name=$1 kind=$2 verdict=$3 reason=$4; shift 4
    cat >candidate
    expect 0 "$name" "$ATOLL" evaluate "$kind/job.toml" candidate --json "$@"
    [ "$(field verdict "$work/out") $(field reason "$work/out")" = "$verdict $reason" ] && pass ||
        fail "$name: $(field verdict "$work/out") $(field reason "$work/out"), not $verdict $reason"
}
judged "an answer that breaks a rule" program-python wrong off_the_sphere <<<$'import numpy\ndef construct(n): return numpy.zeros((n, 3))'
says "an answer that breaks a rule" '"text": "12: point 0 is off the sphere by 1'
judged "an answer of another length" program-python wrong wrong_length <<<'def construct(n): return []'
judged "an answer that is no number" program-python wrong not_finite <<<'def construct(n): return [[float("nan")] * 3] * n'
judged "an answer of words" program-python wrong no_numbers <<<'def construct(n): return "points"'
judged "a program without the function" program-python wrong no_function <<<'def make(n): return []'
judged "a program without the function, in C++" program-cpp compile_error compiler <<<'double rank(double) { return 1; }'
judged "a forged score" program-python wrong off_the_sphere <<'P'
import os, struct
open("result", "wb").write(struct.pack("<36d", 0.0, 99.0, *[0.0] * 34))
os._exit(0)
P
judged "a forged Wrong" program-python wrong not_finite <<'P'
import sys, types
sys.modules["atoll_verifier"] = types.ModuleType("atoll_verifier")
def construct(n): return None
P
# what lies in a program's reach: its own text, the driver's, the instance it runs on
judged "a program that looks around" program-python crashed exception <<'P'
import os
def construct(n):
    found = sorted(os.listdir("."))
    for path in ("verifier.py", "hidden_instances/20.txt", "instances/33.txt", "job.toml"):
        for folder in (".", "..", os.environ.get("PWD", "/"), "/root", "/tmp"):
            if os.path.exists(os.path.join(folder, path)): raise SystemExit("it finds " + path)
    raise ValueError(" ".join(found) + ":" + open("input").read())
P
says "a program that looks around" "ValueError: adapter\.py input program\.py:12"
printf 'def construct(n):\n    import os\n    raise ValueError(os.path.exists("%s/program-python/verifier.py") or os.path.exists("%s/program-python/hidden_instances/20.txt"))\n' "$work" "$work" >looks.py
expect 0 "a program that knows the way" "$ATOLL" evaluate program-python/job.toml looks.py
says "a program that knows the way" 'ValueError: False'
expect 2 "a folder that programs may read" "$ATOLL" evaluate program-python/job.toml looks.py --sandbox-read-paths "$work"
says_once "a folder that programs may read" "lies below $work, where every program may read it"
mkdir readable
expect 2 "a run that programs may read" "$ATOLL" evolve vector/job.toml --out readable/run --sandbox-read-paths "$work/readable"
says_once "a run that programs may read" 'choose another --out'
[ ! -e readable/run/job.toml ] && pass || fail "a run that programs may read: it has begun"
sed 's/^hidden_instances.*//' program-cpp/job.toml >program-cpp/bare.toml
expect 2 "hidden instances where there are none" "$ATOLL" evaluate program-cpp/bare.toml program-cpp/program.cpp --instances hidden
says "hidden instances where there are none" 'has no hidden instances'

# A run keeps what it needs, and notices when that changes
expect 0 "a run" "$ATOLL" evolve vector/job.toml --out run --limits-evaluations 32 --quiet
check "provenance" "$PYTHON" - "$work" <<'P'
import hashlib, re, sys
work = sys.argv[1]
wanted = hashlib.sha256(open(work + "/vector/verifier.py", "rb").read()).hexdigest()
assert wanted in open(work + "/run/job.toml").read()
assert wanted.encode() in open(work + "/run/archive.h5", "rb").read()
P
rm -r vector
expect 0 "the originals are gone" "$ATOLL" resume run --limits-evaluations 64 --quiet
expect 0 "report" "$ATOLL" report run
says "report" 'evaluations +measured \(64\)'
says "report" '^  0\.8677674782351162 +the job file +no'
echo '# changed' >>run/problem/verifier.py
expect 2 "a changed copy" "$ATOLL" resume run --limits-evaluations 96 --quiet
says_once "a changed copy" 'not the file that the run began with'
finish
