#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the peers that run.sh measures, each in a virtual environment of its own in FOLDER, from PyPI. What is there
# already is left.
#   bench/peers/install.sh FOLDER        PYTHON: the interpreter the environments are made from
set -euo pipefail
folder=${1:?usage: install.sh FOLDER}

# peer NAME PACKAGE: FOLDER/NAME, complete once its stamp names the version
peer() {
    local environment=$folder/$1 package=$2
    if [ "$(cat "$environment/installed" 2>/dev/null)" = "$package" ]; then return; fi
    rm -rf "$environment"
    "${PYTHON:-python3}" -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check "$package"
    echo "$package" >"$environment/installed"
}

mkdir -p "$folder"
peer openevolve openevolve==0.4.0
peer shinka shinka-evolve==0.0.7
echo "peers installed in $folder"
