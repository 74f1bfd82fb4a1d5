# SPDX-License-Identifier: Apache-2.0
"""tools/tidy finds a defect in a source and in a header, and --changed looks at what changed only."""

import json
import shutil
import unittest

from small_tree import SmallTreeTest, source

DEFECT = "int* pointer() { return 0; }"  # modernize-use-nullptr
CLEAN = "int number() { return 0; }"


@unittest.skipUnless(shutil.which("clang-tidy"), "clang-tidy is not installed")
class TidyTest(SmallTreeTest):
    def setUp(self):
        super().setUp()
        self.copy("tools/tidy", ".clang-tidy", ".gitignore")
        self.git("init", "-q", "-b", "main")
        self.write("src/core/old.cpp", source(CLEAN))
        self.write("include/atoll/core/x.hpp", source("#pragma once", "inline " + CLEAN))
        self.compile_commands(
            "src/core/old.cpp", "src/core/new.cpp", "build/release/header_self_containment/atoll/core/x.cpp"
        )
        self.write("build/release/header_self_containment/atoll/core/x.cpp", source('#include "atoll/core/x.hpp"'))

    def compile_commands(self, *files):
        entries = [
            {"directory": str(self.root), "file": file, "command": f"c++ -std=c++20 -Iinclude -c {file}"} for file in files
        ]
        self.write("build/release/compile_commands.json", json.dumps(entries))

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a state")

    def test_without_a_configured_build_the_next_step_is_named(self):
        shutil.rmtree(self.root / "build")
        status, output = self.run_command("tools/tidy")
        self.assertEqual(status, 2)
        self.assertIn("cmake --preset release", output)

    def test_a_defect_in_a_source_fails(self):
        self.write("src/core/new.cpp", source(DEFECT))
        status, output = self.run_command("tools/tidy")
        self.assertEqual(status, 1, output)
        self.assertIn("modernize-use-nullptr", output)
        self.assertEqual(self.run_command("tools/tidy", "src/core/old.cpp")[0], 0)

    def test_changed_looks_at_what_changed_since_the_commit_before(self):
        self.write("src/core/old.cpp", source(DEFECT))
        self.commit()
        status, output = self.run_command("tools/tidy", "--changed")
        self.assertEqual(status, 0, output)
        self.assertIn("no earlier commit", output)
        self.write("src/core/new.cpp", source(CLEAN))
        self.commit()
        status, output = self.run_command("tools/tidy", "--changed")
        self.assertEqual(status, 0, output)
        self.assertIn("1 files", output)
        self.write("src/core/new.cpp", source(DEFECT))  # not even committed
        self.assertEqual(self.run_command("tools/tidy", "--changed")[0], 1)

    def test_changed_looks_at_a_whole_branch(self):
        self.commit()
        self.git("checkout", "-q", "-b", "branch")
        self.write("src/core/new.cpp", source(DEFECT))
        self.commit()
        self.write("docs/a.md", "text\n")
        self.commit()
        self.assertEqual(self.run_command("tools/tidy", "--changed")[0], 1)

    def test_a_defect_in_a_changed_header_fails(self):
        self.commit()
        self.write("include/atoll/core/x.hpp", source("#pragma once", "inline " + DEFECT))
        self.commit()
        status, output = self.run_command("tools/tidy", "--changed")
        self.assertEqual(status, 1, output)
        self.assertIn("include/atoll/core/x.hpp", output)


if __name__ == "__main__":
    unittest.main()
