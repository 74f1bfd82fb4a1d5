#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that every #include in src/ and include/ goes down the layers of tools/layers.txt and no further out than allowed."""

import argparse
import collections
import pathlib
import re
import sys

import source_files

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SOURCE_SUFFIXES = {".cpp", ".hpp", ".cu", ".cuh", ".h", ".in"}

# (what the header's name matches, modules that may include it, most files that may)
THIRD_PARTY = [
    ("MPI", re.compile(r"^mpi\.h$|^mpi-ext\.h$"), {"transport"}, None),
    ("HDF5", re.compile(r"^(hdf5(_hl)?|H5\w*)\.h$"), {"archive"}, None),
    ("zlib", re.compile(r"^zlib\.h$"), {"archive", "core"}, None),
    ("curl", re.compile(r"^curl/"), {"llm"}, None),
    ("CUDA, NCCL or NVML", re.compile(r"^(cuda\w*|nccl|nvml|nvrtc)\.h$"), {"device"}, None),
    ("libseccomp", re.compile(r"^seccomp\.h$"), {"sandbox"}, None),
    ("NLopt", re.compile(r"^nlopt\.h(pp)?$"), {"optimize"}, None),
    ("Boost.Serialization", re.compile(r"^boost/(serialization|archive)/"), {"engine"}, None),
    ("Boost.Multiprecision", re.compile(r"^boost/(multiprecision|rational)"), {"problems"}, None),
    ("Random123", re.compile(r"^Random123/"), {"core"}, None),
    ("toml++", re.compile(r"^toml\+\+/"), {"core"}, 2),
    ("spdlog", re.compile(r"^spdlog/"), {"core"}, 2),
    ("nlohmann-json", re.compile(r"^nlohmann/"), {"core"}, 2),
    ("CLI11", re.compile(r"^CLI/"), {"cli"}, 2),
    ("fmt", re.compile(r"^fmt/"), None, None),
]

# libraries that only these folders beside the modules may include: everything else goes through the module
OUTSIDE = {"HDF5": {"bench"}, "zlib": set()}


def read_layers(path):
    """Module -> height; a module may include modules of a smaller height only."""
    lines = [line.split("#")[0].split() for line in path.read_text().splitlines()]
    lines = [names for names in lines if names]
    return {name: len(lines) - i for i, names in enumerate(lines) for name in names}


def module_of(path):
    """(module, is a public header), or None outside the modules."""
    parts = path.parts
    if len(parts) > 2 and parts[0] == "src":
        return parts[1], False
    if len(parts) > 3 and parts[:2] == ("include", "atoll"):
        return parts[2], True
    return None


def included_module(name, quoted, layers):
    """(module, is public) of an include of ours, or None."""
    parts = name.split("/")
    if parts[0] == "atoll" and len(parts) > 2:
        return parts[1], True
    if quoted and len(parts) > 1 and parts[0] in layers:
        return parts[0], False
    return None


def check(root):
    layers = read_layers(root / "tools" / "layers.txt")
    errors = []
    users = collections.defaultdict(set)
    for path in source_files.list_files(root):
        owner = module_of(path)
        if path.suffix not in SOURCE_SUFFIXES:
            continue
        if owner is None:
            errors += outside_errors(root, path)
            continue
        module, public = owner
        if module not in layers:
            errors.append(f"{path}:1: module '{module}' is not in tools/layers.txt; add it on its line")
            continue
        for number, line in enumerate((source_files.read_text(root, path) or "").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quoted, name = match[1] == '"', match[2]
            found = include_errors(layers, module, public, path.suffix, name, quoted)
            errors += [f"{path}:{number}: {text}" for text in found]
            for index, (_, pattern, _, _) in enumerate(THIRD_PARTY):
                if pattern.search(name):
                    users[index].add(str(path))
    for index, paths in users.items():
        library, _, _, most = THIRD_PARTY[index]
        if most is not None and len(paths) > most:
            errors.append(f"{library} is included by {len(paths)} files, at most {most} may: {', '.join(sorted(paths))}")
    return errors


def outside_errors(root, path):
    """Of a file that belongs to no module: tests, bench."""
    for number, line in enumerate((source_files.read_text(root, path) or "").splitlines(), 1):
        match = INCLUDE.match(line)
        for library, pattern, _, _ in THIRD_PARTY:
            if match and pattern.search(match[2]) and path.parts[0] not in OUTSIDE.get(library, {path.parts[0]}):
                yield f"{path}:{number}: {library} ('{match[2]}') is not for {path.parts[0]}: use the module that has it"


def include_errors(layers, module, public, suffix, name, quoted):
    target = included_module(name, quoted, layers)
    if target is not None:
        other, other_public = target
        if other not in layers:
            yield f"'{name}': module '{other}' is not in tools/layers.txt"
        elif public and not other_public:
            yield f"a public header may not include the private '{name}'"
        elif other != module and not other_public:
            yield f"'{name}' is private to '{other}'; include its public header atoll/{other}/..."
        elif other != module and layers[other] >= layers[module]:
            yield f"'{module}' may not include '{name}': '{other}' is not below it in tools/layers.txt"
        return
    for library, pattern, modules, most in THIRD_PARTY:
        if not pattern.search(name):
            continue
        if public:
            yield f"a public header may not include {library} ('{name}'): hide it behind a type of ours"
        elif modules is not None and module not in modules:
            yield f"{library} ('{name}') is only for {', '.join(sorted(modules))}, not for '{module}'"
        elif most is not None and suffix != ".cpp":
            yield f"{library} ('{name}') is slow to compile: include it in a .cpp file, behind a header of ours"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    errors = check(parser.parse_args().root)
    for error in errors:
        print(error)
    print(f"layers: {len(errors)} errors" if errors else "layers: every include goes down")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
