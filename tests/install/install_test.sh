#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the build into an empty prefix, builds a consumer against the package, and runs both programs from there.
#
# Usage: install_test.sh BUILD_FOLDER CONSUMER_FOLDER
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$1" --prefix "$work/prefix" >"$work/install.log" || { cat "$work/install.log"; exit 1; }
cmake -S "$2" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/prefix"
cmake --build "$work/build"
"$work/build/consumer"
"$work/prefix/bin/atoll" --version
"$work/prefix/bin/atoll" evolve "$work/prefix/share/atoll/problems/noop/job.toml" --show-config >/dev/null
