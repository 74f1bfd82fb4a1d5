# SPDX-License-Identifier: Apache-2.0
"""./check stops at the first stage that fails, names it, and ends with ctest's count."""

import unittest

from small_tree import SmallTreeTest


class StagesTest(SmallTreeTest):
    """Runs ./check in a tree whose tools and ctest are stand-ins that pass or fail as told."""

    def setUp(self):
        super().setUp()
        self.copy("check")
        self.write("build/release/build.ninja", "")
        for tool in ["setup_packages", "format", "tidy", "check_style.py", "check_layers.py", "check_file_length.py"]:
            self.stand_in(f"tools/{tool}", f"echo ran {tool}")
        self.stand_in("bin/cmake", "echo ran cmake")

    def stand_in(self, path, text):
        self.write(path, f"#!/bin/sh\n{text}\n").chmod(0o755)

    def ctest(self, passed, status):
        self.stand_in(
            "bin/ctest",
            f"echo; echo '{passed}% tests passed, 1 tests failed out of 7'; echo; echo 'Total Test time (real) = 0.01 sec'\n"
            f"exit {status}",
        )

    def run_stages(self, *stages):
        return self.run_command("/bin/bash", "./check", *stages, PATH=f"{self.root / 'bin'}:/usr/bin:/bin")

    def test_the_last_line_is_ctests_count(self):
        self.ctest(100, 0)
        status, output = self.run_stages("format", "tests")
        self.assertEqual(status, 0, output)
        self.assertEqual(output.splitlines()[-1], "100% tests passed, 1 tests failed out of 7")

    def test_failed_tests_fail_the_check_and_still_end_with_the_count(self):
        self.ctest(85, 8)
        status, output = self.run_stages("tests")
        self.assertNotEqual(status, 0)
        self.assertIn("stage 'tests' failed; run it alone with: ./check tests", output)
        self.assertEqual(output.splitlines()[-1], "85% tests passed, 1 tests failed out of 7")

    def test_the_first_failing_stage_is_the_last_one_run(self):
        self.stand_in("tools/check_layers.py", "exit 1")
        status, output = self.run_stages("format", "layers", "lengths")
        self.assertEqual(status, 1)
        self.assertIn("ran format", output)
        self.assertIn("stage 'layers' failed; run it alone with: ./check layers", output)
        self.assertNotIn("ran check_file_length.py", output)

    def test_only_the_stages_named_are_run(self):
        status, output = self.run_stages("lengths")
        self.assertEqual(status, 0, output)
        self.assertIn("ran check_file_length.py", output)
        self.assertNotIn("ran format", output)

    def test_an_unknown_stage_is_bad_input_and_lists_the_known(self):
        status, output = self.run_stages("everything")
        self.assertEqual(status, 2)
        self.assertIn("no stage 'everything'", output)
        self.assertIn("format style layers", output)

    def test_a_failed_set_up_stops_at_once(self):
        self.stand_in("tools/setup_packages", "exit 2")
        status, output = self.run_stages("format")
        self.assertEqual(status, 2)
        self.assertNotIn("ran format", output)


if __name__ == "__main__":
    unittest.main()
