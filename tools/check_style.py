#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what a formatter can not: licence line, opening sentence, no path or host of one machine, no name that says nothing."""

import argparse
import ipaddress
import pathlib
import re
import sys

import source_files

COMMENT_MARKS = {
    ".cpp": "//", ".hpp": "//", ".cu": "//", ".cuh": "//", ".in": "//",
    ".py": "#", ".sh": "#", ".sbatch": "#", ".cmake": "#",
}
SCRIPT_NAMES = {"check", "quickstart", "run", "format", "tidy", "setup_packages"}
LICENCE = "SPDX-License-Identifier: Apache-2.0"
EMPTY_NAMES = {"util", "utils", "common", "helper", "helpers", "manager", "misc"}
# written in pieces, so that this file does not find itself
MACHINE_PATHS = re.compile("(?<![\\w.$}])/(" + "|".join(["wor" + "k/", "hom" + "e/\\w+/", "mn" + "t/\\w+/", "User" + "s/\\w+/"]) + ")")
URL_HOST = re.compile(r"\b(?:https?|ssh|git|ftp)://(?:[^/\s@\"'`<>]*@)?([A-Za-z0-9.\-]+|\[[0-9a-fA-F:]+\])")
PRIVATE_HOST_ENDINGS = (".internal", ".local", ".lan", ".corp", ".intranet", ".home")


def comment_mark(path):
    if path.name == "CMakeLists.txt" or path.name in SCRIPT_NAMES:
        return "#"
    if path.suffix == ".in" and not path.name.endswith((".hpp.in", ".cpp.in")):
        return "#" if path.name.endswith(".cmake.in") else None
    return COMMENT_MARKS.get(path.suffix)


def opening_errors(path, text):
    mark = comment_mark(path)
    if mark is None:
        return
    lines = text.splitlines()
    if lines and lines[0].startswith("#!"):
        lines = lines[1:]
    if not lines or lines[0] != f"{mark} {LICENCE}":
        yield f"{path}:1: the first line must be '{mark} {LICENCE}'"
        return
    if path.name == "CMakeLists.txt" or path.suffix == ".in":
        return
    if not opening_sentence(lines[1:], mark).rstrip('"').rstrip().endswith((".", ".)", ":")):
        yield f"{path}:2: the licence line must be followed by one sentence saying what the file is for"


def opening_sentence(lines, mark):
    """The comment (or Python's docstring) directly below the licence line, as one line."""
    if lines and lines[0].startswith('"""'):
        text = " ".join(line.strip() for line in lines)
        return text[3 : text.find('"""', 3)]
    sentence = []
    for line in lines:
        if not line.startswith(mark) or line.strip() == mark:
            break
        sentence.append(line[len(mark) :].strip())
        if line.rstrip().endswith("."):
            break
    return " ".join(sentence)


def is_private_host(host):
    host = host.strip("[]").rstrip(".").lower()
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost" and ("." not in host or host.endswith(PRIVATE_HOST_ENDINGS))


def machine_errors(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE_PATHS.search(line):
            yield f"{path}:{number}: names a path of one machine"
        for match in URL_HOST.finditer(line):
            if is_private_host(match[1]):
                yield f"{path}:{number}: names a host of one machine or site ('{match[1]}')"


def name_errors(path):
    for part in path.parts:
        for word in re.split(r"[_\-.]", part.lower()):
            if word in EMPTY_NAMES:
                yield f"{path}: '{word}' in a name says nothing; name what is inside"


def check(root):
    errors = []
    for path in source_files.list_files(root):
        errors += name_errors(path)
        text = source_files.read_text(root, path)
        if text is None:
            continue
        errors += opening_errors(path, text)
        errors += machine_errors(path, text)
    return errors


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    errors = check(parser.parse_args().root)
    for error in errors:
        print(error)
    print(f"style: {len(errors)} errors" if errors else "style: clean")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
