# SPDX-License-Identifier: Apache-2.0
# What the command-line tests share; sourced. Needs ATOLL (the program) and SOURCE (the repository).
set -u
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
work=$(mktemp -d)
failures=0
passes=0
trap 'rm -rf "$work"' EXIT

# ranks N WORDS...: the program on N ranks
ranks() { local n=$1; shift; mpirun -n "$n" --oversubscribe --bind-to none "$ATOLL" "$@"; }

pass() { passes=$((passes + 1)); }
fail() { failures=$((failures + 1)); echo "FAILED: $*"; [ -s "$work/out" ] && sed 's/^/    | /' "$work/out"; }

# expect CODE NAME COMMAND...: runs the command, keeps its output in $work/out, compares the exit code
expect() {
    local code=$1 name=$2; shift 2
    "$@" >"$work/out" 2>&1 </dev/null
    local got=$?
    if [ "$got" = "$code" ]; then pass; else fail "$name: exit code $got, not $code"; fi
}
# says NAME PATTERN: the last output matches
says() { if grep -qE -- "$2" "$work/out"; then pass; else fail "$1: does not say /$2/"; fi; }
# says_once NAME PATTERN: in exactly one line
says_once() { local n; n=$(grep -cE -- "$2" "$work/out"); if [ "$n" = 1 ]; then pass; else fail "$1: says /$2/ in $n lines"; fi; }
# check NAME COMMAND...: the command succeeds
check() { local name=$1; shift; if "$@" >"$work/out" 2>&1; then pass; else fail "$name"; fi; }

# field NAME FILE: a scalar member of one-member-a-line JSON
field() { sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$2" | head -n 1; }

finish() { echo "$passes checks passed, $failures failed"; [ "$failures" = 0 ]; }
