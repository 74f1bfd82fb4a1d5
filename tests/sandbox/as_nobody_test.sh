#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The sandbox's tests once more as a user without rights, from a copy of the programs that this user can read.
#
# Usage: as_nobody_test.sh SANDBOX_TEST ATOLL [FILTER]
set -euo pipefail
if ((EUID != 0)); then
    echo "not root: the tests ran without rights already"
    exit 77
fi
command -v setpriv >/dev/null || { echo "there is no setpriv to change the user with"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$1" "$work/sandbox_test"
cp "$2" "$work/atoll"
chmod 755 "$work" "$work"/*
SANDBOX_PROGRAM=$work/atoll setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs \
    "$work/sandbox_test" --gtest_brief=1 ${3:+--gtest_filter="$3"}
