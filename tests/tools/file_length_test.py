# SPDX-License-Identifier: Apache-2.0
"""tools/check_file_length.py ends at 700 lines, names what is above 400, and leaves data alone."""

import unittest

from small_tree import SmallTreeTest

CHECK = "check_file_length.py"


class FileLengthTest(SmallTreeTest):
    def test_the_median_and_long_files_are_named(self):
        self.write("src/a.cpp", "x\n" * 100)
        self.write("src/b.cpp", "x\n" * 200)
        self.write("src/c.cpp", "x\n" * 401)
        output = self.assert_passes(CHECK)
        self.assertIn("median 200 lines", output)
        self.assertIn("src/c.cpp: warning: 401 lines", output)
        self.assertNotIn("src/b.cpp", output)

    def test_700_lines_pass_and_701_fail(self):
        for path in ["src/a.cpp", "tests/x_test.py", "CMakeLists.txt", "check"]:
            with self.subTest(path=path):
                file = self.write(path, "x\n" * 700)
                self.assert_passes(CHECK)
                self.write(path, "x\n" * 701)
                self.assert_refuses(CHECK, f"{path}: 701 lines")
                file.unlink()

    def test_data_and_build_folders_may_be_of_any_length(self):
        self.write("data/table.csv", "x\n" * 5000)
        self.write("build/generated.cpp", "x\n" * 5000)
        self.assert_passes(CHECK)


if __name__ == "__main__":
    unittest.main()
