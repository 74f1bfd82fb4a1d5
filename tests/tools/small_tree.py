# SPDX-License-Identifier: Apache-2.0
"""A throw-away tree of files that a repository check is run on."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
LICENCE = "SPDX-License-Identifier: Apache-2.0"


def source(*lines):
    """A C++ file with its opening, then `lines`."""
    return "\n".join([f"// {LICENCE}", "// Says what it is for.", *lines, ""])


class SmallTreeTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="atoll_tools_"))
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def copy(self, *paths):
        """Copies files of the repository to the same place in the tree."""
        for path in paths:
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / path, target)

    def run_command(self, *command, **environment):
        """(exit status, stdout and stderr together)."""
        done = subprocess.run(
            [str(word) for word in command], cwd=self.root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env={**os.environ, **environment},
        )
        return done.returncode, done.stdout

    def git(self, *arguments):
        status, output = self.run_command(
            "git", "-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false", *arguments,
            GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null",
        )
        self.assertEqual(status, 0, output)
        return output

    def run_check(self, name):
        return self.run_command(sys.executable, REPOSITORY / "tools" / name, "--root", self.root)

    def assert_passes(self, name):
        status, output = self.run_check(name)
        self.assertEqual(status, 0, output)
        return output

    def assert_refuses(self, name, message):
        status, output = self.run_check(name)
        self.assertEqual(status, 1, output)
        self.assertIn(message, output)
