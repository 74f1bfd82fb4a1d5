#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every command that README.md and docs/ show in ```sh blocks, in order, as a reader would. The two set-up scripts of
# README's first block are what runs this test, and bench/ is measured by hand.
. "$(dirname "$0")/../cli/expect.sh"
export OMPI_MCA_rmaps_base_oversubscribe=1 PATH=$(dirname "$ATOLL"):$PATH
cd "$work" || exit 1
ln -s "$SOURCE/data" data
for document in "$SOURCE/README.md" "$SOURCE"/docs/*.md; do
    awk '/^```sh/ {shown = 1; next} /^```/ {shown = 0} shown' "$document" | grep -vE '^(\./quickstart|\./check|#|$)' >commands
    while IFS= read -r command; do
        expect 0 "$(basename "$document"): $command" bash -c "$command"
    done <commands
done
[ "$passes" -ge 5 ] && pass || fail "only $passes commands found: has the form of the documents changed?"
finish
