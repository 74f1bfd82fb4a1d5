# SPDX-License-Identifier: Apache-2.0
"""The task of noop_program as both peers want it: a candidate's score is drawn from its text, and nothing runs it.

OpenEvolve calls evaluate(path); ShinkaEvolve starts this file with --program_path and --results_dir.
"""

import argparse
import hashlib
import json
import pathlib


def score(path):
    """The first 53 bits of the text's SHA-256 as a number in [0, 1)."""
    digest = hashlib.sha256(pathlib.Path(path).read_bytes()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def evaluate(path):
    return {"combined_score": score(path)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program_path", required=True)
    parser.add_argument("--results_dir", required=True)
    words, _ = parser.parse_known_args()
    folder = pathlib.Path(words.results_dir)
    folder.mkdir(parents=True, exist_ok=True)
    metrics = {"combined_score": score(words.program_path), "public": {}, "private": {}}
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (folder / "correct.json").write_text(json.dumps({"correct": True, "error": None}))


if __name__ == "__main__":
    main()
