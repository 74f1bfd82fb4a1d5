# SPDX-License-Identifier: Apache-2.0
"""tools/format refuses a file that clang-format would change, and --fix changes it."""

import shutil
import unittest

from small_tree import SmallTreeTest, source


@unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed")
class FormatTest(SmallTreeTest):
    def setUp(self):
        super().setUp()
        self.copy("tools/format", ".clang-format", ".gitignore")
        self.git("init", "-q")

    def test_a_tree_laid_out_passes(self):
        self.write("src/a.cpp", source("int a = 1;"))
        status, output = self.run_command("tools/format")
        self.assertEqual((status, output), (0, "format: 1 files\n"))

    def test_a_file_laid_out_otherwise_fails_until_fixed(self):
        file = self.write("src/a.cpp", source("int  a=1;"))
        status, output = self.run_command("tools/format")
        self.assertEqual(status, 1)
        self.assertIn("src/a.cpp:3:", output)
        self.assertIn("tools/format --fix", output)
        self.assertEqual(self.run_command("tools/format", "--fix")[0], 0)
        self.assertIn("int a = 1;", file.read_text())
        self.assertEqual(self.run_command("tools/format")[0], 0)

    def test_ignored_and_deleted_files_are_left_alone(self):
        self.write("build/a.cpp", "int  a=1;\n")
        gone = self.write("src/gone.cpp", source())
        self.git("add", "-A")
        gone.unlink()
        self.assertEqual(self.run_command("tools/format")[0], 0)


if __name__ == "__main__":
    unittest.main()
