#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that no source file is longer than 700 lines, names those above 400, and prints the median."""

import argparse
import pathlib
import statistics
import sys

import source_files

LONG = 400
END = 700
SUFFIXES = {".cpp", ".hpp", ".cu", ".cuh", ".py", ".sh", ".cmake", ".sbatch"}
NAMES = {"CMakeLists.txt", "check", "quickstart", "run", "format", "tidy", "setup_packages"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root
    lengths = {}
    for path in source_files.list_files(root):
        if path.suffix in SUFFIXES or path.name in NAMES:
            lengths[path] = len((source_files.read_text(root, path) or "").splitlines())
    too_long = 0
    for path, lines in sorted(lengths.items(), key=lambda item: -item[1]):
        if lines > END:
            print(f"{path}: {lines} lines, {END} is the end: split it by meaning")
            too_long += 1
        elif lines > LONG:
            print(f"{path}: warning: {lines} lines, {LONG} is long")
    median = statistics.median(lengths.values()) if lengths else 0
    print(f"file length: {len(lengths)} files, median {median:g} lines, {too_long} above {END}")
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main())
