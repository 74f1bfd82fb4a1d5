#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""archive.h5 cut at random lengths and with random bits flipped: `verify` never ends by a signal, refuses every cut, and calls
sound only what h5py reads as before; `fold` mends each.

Usage: damaged_archive.py COUNT SEED     (environment: ATOLL, SOURCE).
"""

import os
import pathlib
import random
import subprocess
import sys
import tempfile

import h5py
import numpy

ATOLL = os.environ["ATOLL"]
JOB = pathlib.Path(os.environ["SOURCE"]) / "data/problems/noop/job.toml"
SOUND, DAMAGED = 0, 6


def atoll(*words):
    return subprocess.run([ATOLL, *map(str, words)], capture_output=True, text=True, check=False, timeout=60)


def tables(path):
    """Every dataset by name, read whole; None when HDF5 can not."""
    found = {}
    try:
        with h5py.File(path) as archive:
            archive.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    except (OSError, RuntimeError, ValueError, KeyError):
        return None
    return found


def same(left, right):
    # the bits decide: NaN is equal to itself here
    return left is not None and left.keys() == right.keys() and all(
        numpy.array_equal(left[name].view(numpy.uint8) if left[name].dtype.kind == "f" else left[name],
                          right[name].view(numpy.uint8) if right[name].dtype.kind == "f" else right[name])
        for name in right)


def damaged(bytes_before, draw, trial):
    """(what was done, the new bytes): cuts and flips by turns."""
    if trial % 3 == 0:
        length = draw.randrange(len(bytes_before))
        return f"cut to {length} of {len(bytes_before)} bytes", bytes_before[:length]
    changed = bytearray(bytes_before)
    bit = draw.randrange(8 * len(changed))
    changed[bit // 8] ^= 1 << (bit % 8)
    return f"bit {bit} flipped", bytes(changed)


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    draw = random.Random(seed)
    failures, refused = [], 0
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder) / "run"
        made = atoll("evolve", JOB, "--out", run, "--limits-evaluations", 200, "--quiet")
        assert made.returncode == 0, made.stderr
        archive = run / "archive.h5"
        whole = archive.read_bytes()
        before = tables(archive)
        for trial in range(count):
            what, content = damaged(whole, draw, trial)
            archive.write_bytes(content)
            verified = atoll("archive", "verify", run)
            is_cut = len(content) < len(whole)
            if verified.returncode == DAMAGED:
                refused += 1
                if "archive fold" not in verified.stdout:
                    failures.append(f"{what}: no remedy is named: {verified.stdout}")
            elif verified.returncode != SOUND or is_cut:
                failures.append(f"{what}: verify exits with {verified.returncode}: {verified.stdout}{verified.stderr}")
            elif not same(tables(archive), before):
                failures.append(f"{what}: verify calls it sound, but it does not read as before")
            if trial % 10 == 0 and (atoll("archive", "fold", run).returncode, atoll("archive", "verify", run).returncode) != (0, SOUND):
                failures.append(f"{what}: fold does not mend it")
    for failure in failures:
        print("FAILED:", failure)
    print(f"{count} damaged archives: {refused} refused, {count - refused} read as before, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
