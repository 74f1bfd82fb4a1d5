#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The long form of tests/faults/kill_rounds.sh: 50 kills (or ROUNDS) of a release build.
#
# Usage: bench/kill_rounds.sh [ROUNDS [SEED]]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
export ATOLL=${ATOLL_PROGRAM:-$root/build/release/src/cli/atoll} SOURCE=$root PYTHON=${PYTHON:-/usr/bin/python3}
exec "$root/tests/faults/kill_rounds.sh" "${1:-50}" "${2:-1}"
