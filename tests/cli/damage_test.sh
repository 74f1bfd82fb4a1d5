#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Damaged files: a torn tail is a note, damage elsewhere is exit code 6, a newer format is exit code 4; all else is kept.
. "$(dirname "$0")/expect.sh"
job=$SOURCE/data/problems/noop/job.toml
run=$work/run
expect 0 "evolve" "$ATOLL" evolve "$job" --out "$run" --limits-evaluations 200 --quiet
segment=$(ls "$run"/journal/*)
cp "$segment" "$work/whole"

truncate -s -3 "$segment"
expect 0 "torn tail" "$ATOLL" archive verify "$run"
says "torn tail" '^note'
expect 0 "resume after a torn tail" "$ATOLL" resume "$run" --limits-evaluations 260 --quiet
rows=$(($("$ATOLL" archive export "$run" | wc -l) - 1))
[ "$rows" = 260 ] && pass || fail "resumed to $rows evaluations, not 260"

cp "$work/whole" "$segment"
rm "$run"/journal/1-*
printf '\377' | dd of="$segment" bs=1 seek=$(($(stat -c %s "$segment") / 2)) conv=notrunc status=none
expect 6 "damage in the middle" "$ATOLL" archive verify "$run"
says "damage in the middle" '^damage.*0-0\.atj'
expect 0 "the rest is folded" "$ATOLL" archive fold "$run"
says "the rest is folded" '(19[0-9]|200) evaluations'

cp "$work/whole" "$segment"
expect 0 "whole again" "$ATOLL" archive fold "$run"
truncate -s 2000 "$run/archive.h5"
expect 6 "cut archive.h5" "$ATOLL" archive verify "$run"
expect 0 "best reads the journals" "$ATOLL" archive best "$run"
expect 0 "fold mends it" "$ATOLL" archive fold "$run"
expect 0 "sound" "$ATOLL" archive verify "$run"
truncate -s 5 "$segment"
expect 0 "a segment cut to five bytes" "$ATOLL" archive ls "$run"
finish
