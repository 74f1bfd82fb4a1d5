# SPDX-License-Identifier: Apache-2.0
"""The files of the repository that the checks look at: what git tracks or would track, or a plain walk without git."""

import os
import pathlib
import subprocess

SKIPPED_FOLDERS = {".git", "build", "runs", "__pycache__"}


def _from_git(root):
    try:
        top = subprocess.run(
            ["git", "rev-parse", "--show-toplevel"], cwd=root, capture_output=True, text=True, check=True
        ).stdout.strip()
        if not top or pathlib.Path(top).resolve() != root.resolve():
            return None
        names = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, capture_output=True, check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return [os.fsdecode(name) for name in names.split(b"\0") if name]


def _from_walk(root):
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        for name in files:
            yield os.path.relpath(os.path.join(folder, name), root)


def list_files(root):
    """Paths relative to `root` (pathlib, sorted) of regular files."""
    root = pathlib.Path(root)
    names = _from_git(root)
    if names is None:
        names = _from_walk(root)
    return [pathlib.PurePosixPath(name) for name in sorted(set(names)) if (root / name).is_file()]


def read_text(root, path):
    """The file's text, or None when it is not text."""
    data = (pathlib.Path(root) / path).read_bytes()
    if b"\0" in data:
        return None
    return data.decode("utf-8", errors="replace")
