#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `atoll new` writes works as it is: the README's commands, a search that improves on the start, the same twice.
. "$(dirname "$0")/expect.sh"
export PATH=$(dirname "$ATOLL"):$PATH
cd "$work" || exit 1

# lower FILE.json: the score
lower() { field lower "$1"; }
# better LEFT RIGHT DIRECTION: LEFT is at least as good
better() { awk -v l="$1" -v r="$2" -v d="$3" 'BEGIN {exit !(d == "maximize" ? l >= r : l <= r)}'; }

# skeleton KIND START DIRECTION EVALUATIONS: what `atoll new` writes, judged and searched
skeleton() {
    local kind=$1 start=$2 direction=$3 evaluations=$4
    expect 0 "$kind: new" "$ATOLL" new "own_$kind" --kind "$kind" --folder made --json
    says "$kind: new" "\"kind\": \"$kind\""
    cd "made/own_$kind" || exit 1
    grep -rq '@NAME@\|SPDX' . && fail "$kind: a mark is left in the files" || pass
    # each command of the README, as it stands there; the search in small
    awk '/^```/ {shown = !shown; next} shown' README.md | sed "s/ evolve / evolve --limits-evaluations $evaluations --deterministic true --quiet /" >"$work/commands"
    [ "$(wc -l <"$work/commands")" = 3 ] && pass || fail "$kind: the README has not three commands"
    while IFS= read -r command; do expect 0 "$kind: $command" bash -c "$command"; done <"$work/commands"
    expect 0 "$kind: start" "$ATOLL" evaluate job.toml "$start" --json
    cp "$work/out" "$work/start.json"
    [ "$(field verdict "$work/start.json")" = ok ] && pass || fail "$kind: the start is not ok"
    expect 0 "$kind: best" "$ATOLL" archive best run --json
    cp "$work/out" "$work/best.json"
    better "$(lower "$work/best.json")" "$(lower "$work/start.json")" "$direction" && pass ||
        fail "$kind: the best, $(lower "$work/best.json"), is worse than the start, $(lower "$work/start.json")"
    cd "$work" || exit 1
}
skeleton vector start.txt maximize 160
skeleton program-cpp program.cpp minimize 48
skeleton program-python program.py maximize 48

# the same job on two ranks gives the same hash
cd made/own_program-python || exit 1
expect 0 "on two ranks" ranks 2 evolve job.toml --out again --limits-evaluations 48 --deterministic true --quiet
[ "$("$ATOLL" archive hash run | head -n 1)" = "$("$ATOLL" archive hash again | head -n 1)" ] && pass || fail "two ranks: another hash"
expect 0 "the best program" "$ATOLL" archive best again --candidate best.py
expect 0 "on hidden instances" "$ATOLL" evaluate job.toml best.py --instances hidden --json
says "on hidden instances" '"verdict": "ok"'
says "on hidden instances" '"name": "instance_47"'
cd "$work" || exit 1

refused() { # NAME PATTERN WORDS...
    local name=$1 pattern=$2; shift 2
    expect 2 "$name" "$ATOLL" new "$@"
    says_once "$name" "^atoll: .*$pattern"
}
refused "a folder that is there" 'own_vector is there already' own_vector --kind vector --folder made
refused "a kind that is none" "unknown kind 'vectors'; did you mean 'vector'" x --kind vectors
refused "no kind" 'kind' x
refused "a name with a slash" "'a/b' is no name" a/b --kind vector
refused "a name with dots" "'..' is no name" .. --kind vector
refused "an empty name" "'' is no name" '' --kind vector
refused "a name in use" "'circles_26' is a problem that atoll has already" circles_26 --kind vector
refused "a file in the way" 'choose another --folder' x --kind vector --folder made/own_vector/job.toml
[ ! -e x ] && pass || fail "a refused name has left a folder"
finish
