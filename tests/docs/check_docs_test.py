# SPDX-License-Identifier: Apache-2.0
"""tools/check_docs.py refuses links, paths, verbs and flags that are not there."""

import sys
import unittest

from small_tree import REPOSITORY, SmallTreeTest

CHECK = "check_docs.py"
# stands for the program: knows one verb with one flag, and answers unknown words with its own help, as CLI11 does
PROGRAM = """#!/bin/sh
case "$1" in
    evolve) echo "Usage: atoll evolve [OPTIONS] job"; echo "  --out RUN" ;;
    *) echo "Usage: atoll [OPTIONS] SUBCOMMAND" ;;
esac
"""


class DocsTest(SmallTreeTest):
    def setUp(self):
        super().setUp()
        self.write("src/core/ids.cpp", "")
        self.program = self.write("bin/atoll", PROGRAM)
        self.program.chmod(0o755)

    def run_with_program(self):
        return self.run_command(
            sys.executable, REPOSITORY / "tools" / CHECK, "--root", self.root, "--program", self.program)

    def test_true_links_paths_and_other_addresses_pass(self):
        self.write("docs/MAP.md", "[ids](../src/core/ids.cpp#L3) `src/core` `src/core/ids.cpp` `src/<module>/x.cpp`\n"
                   "[paper](https://arxiv.org/abs/1) [here](#top) `RUN/journal` `island/step/slot`\n")
        self.assert_passes(CHECK)

    def test_a_dead_link_is_named_with_its_line(self):
        self.write("README.md", "one\n\n[gone](docs/gone.md)\n")
        self.assert_refuses(CHECK, "README.md:3: link to docs/gone.md")

    def test_a_path_that_is_not_there_fails(self):
        self.write("README.md", "see `src/core/gone.cpp`\n")
        self.assert_refuses(CHECK, "names src/core/gone.cpp")

    def test_build_folders_are_not_read(self):
        self.write("build/x/README.md", "[gone](gone.md)\n")
        self.assert_passes(CHECK)

    def test_known_verbs_and_flags_pass(self):
        self.write("README.md", "```sh\nmpirun -n 2 atoll evolve job.toml --out RUN\n```\nor `atoll VERB --help`\n")
        status, output = self.run_with_program()
        self.assertEqual(status, 0, output)

    def test_an_unknown_verb_fails(self):
        self.write("README.md", "run `atoll fly RUN`\n")
        status, output = self.run_with_program()
        self.assertEqual(status, 1, output)
        self.assertIn("'atoll fly' is no verb", output)

    def test_an_unknown_flag_fails(self):
        self.write("README.md", "```\natoll evolve job.toml --outer RUN\n```\n")
        status, output = self.run_with_program()
        self.assertEqual(status, 1, output)
        self.assertIn("has no flag --outer", output)


if __name__ == "__main__":
    unittest.main()
