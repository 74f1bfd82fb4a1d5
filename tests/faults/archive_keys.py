# SPDX-License-Identifier: Apache-2.0
"""Reads paths of archives from standard input; answers each with a line of its keys, or of why h5py can not read it whole."""

import sys

import h5py


def keys(path):
    with h5py.File(path) as archive:
        # every byte of every table, not only the keys
        archive.visititems(lambda name, item: item[()] if isinstance(item, h5py.Dataset) else None)
        rows = archive["evaluations"]
        columns = [rows[name][()].tolist() for name in ("island", "step", "slot", "attempt")]
    return ["/".join(map(str, key)) for key in zip(*columns)]


for line in sys.stdin:
    try:
        answer = "keys " + " ".join(keys(line.rstrip("\n")))
    except (OSError, KeyError, RuntimeError, ValueError) as error:
        answer = "error " + str(error).replace("\n", " ")
    print(answer, flush=True)
