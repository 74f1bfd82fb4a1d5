#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that documents promise only what is there: links, paths, and (with --program) verbs and flags."""

import argparse
import pathlib
import re
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
SKIPPED = {"build", "runs", ".git", "node_modules", ".cache"}
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE_SPAN = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(?:sh|bash|)\n(.*?)^```", re.M | re.S)
COMMAND = re.compile(r"(?:^|[\s;&|])atoll((?:\s+[a-z][a-z-]*)+)([^|;&#\n`]*)")
# placeholders such as src/<module>/x.cpp are no paths
PLACEHOLDER = re.compile(r"[<>*{}$ ]|\b[A-Z]{2,}\b|/x[/.]|/y\.")


def documents(root):
    for path in sorted(root.rglob("*.md")):
        if not SKIPPED & set(path.relative_to(root).parts):
            yield path


def top_folders(root):
    return {entry.name for entry in root.iterdir() if entry.is_dir() and entry.name not in SKIPPED}


def link_errors(path, text):
    for match in LINK.finditer(text):
        target = match.group(1).split("#")[0]
        if not target or re.match(r"[a-z]+:", target):
            continue
        if not (path.parent / target).exists():
            yield line_of(text, match), f"link to {target}, which is not there"


def path_errors(root, path, text, tops):
    for match in CODE_SPAN.finditer(text):
        word = match.group(1).rstrip("/")
        if "/" not in word or PLACEHOLDER.search(word) or word.split("/")[0] not in tops:
            continue
        if not (root / word).exists() and not (path.parent / word).exists():
            yield line_of(text, match), f"names {word}, which is not there"


def commands(text):
    """(line, verb words, flags) of every `atoll ...` in a code block or code span."""
    for block in [*FENCE.finditer(text), *CODE_SPAN.finditer(text)]:
        for match in COMMAND.finditer(block.group(1)):
            yield line_of(text, block), match.group(1).split(), re.findall(r"(?<!\S)--[a-z][a-z-]*", match.group(2))


def help_of(program, words, known):
    """The help of the longest leading part of `words` that is a verb; None when the first word is no verb."""
    key = tuple(words)
    if key not in known:
        asked = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=False)
        # an unknown word gets the help of the program itself: the usage line says whose help it is
        is_its_own = re.search(r"^Usage: \S*atoll\S* " + re.escape(" ".join(words)) + r"(?!\S)", asked.stdout, re.M)
        known[key] = asked.stdout if is_its_own else None
    if known[key] is None and len(words) > 1:
        return help_of(program, words[:-1], known)
    return known[key]


def command_errors(text, program, known):
    for line, words, flags in commands(text):
        # mentions in prose, such as `atoll VERB --help`, have no lower-case verb and are not found here
        text_of_help = help_of(program, words, known)
        if text_of_help is None:
            yield line, f"'atoll {words[0]}' is no verb of {program}"
            continue
        for flag in flags:
            if not re.search(re.escape(flag) + r"(?![\w-])", text_of_help):
                yield line, f"'atoll {' '.join(words)}' has no flag {flag}"


def line_of(text, match):
    return text.count("\n", 0, match.start()) + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=REPOSITORY)
    parser.add_argument("--program", help="the atoll program, to check verbs and flags by its --help")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    tops = top_folders(root)
    known = {}
    found = 0
    checked = 0
    for path in documents(root):
        text = path.read_text(encoding="utf-8")
        checked += 1
        errors = [*link_errors(path, text), *path_errors(root, path, text, tops)]
        if arguments.program:
            errors += command_errors(text, arguments.program, known)
        for line, what in sorted(errors):
            found += 1
            print(f"{path.relative_to(root)}:{line}: {what}")
    print(f"{checked} documents checked, {found} broken promises")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
