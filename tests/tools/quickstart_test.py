# SPDX-License-Identifier: Apache-2.0
"""./quickstart configures once, passes arguments and exit code on, and asks mpirun for no more than it needs."""

import os
import subprocess
import unittest

from small_tree import SmallTreeTest


class QuickstartTest(SmallTreeTest):
    """Runs ./quickstart with stand-ins for everything it starts."""

    def setUp(self):
        super().setUp()
        self.copy("quickstart")
        self.stand_in("tools/setup_packages", "exit 0")
        self.stand_in("bin/cmake", 'echo "cmake $*"; [ "$1" != --preset ] || { mkdir -p build/release; touch build/release/build.ninja; }')
        self.stand_in("bin/mpirun", 'echo "mpirun $*"; env | grep -E "^(OMPI|ATOLL)_"; exit 75')
        self.stand_in("bin/g++", "echo 12")
        self.processors(2)

    def stand_in(self, path, text):
        self.write(path, f"#!/bin/sh\n{text}\n").chmod(0o755)

    def processors(self, count, threads_per_core=1):
        self.stand_in("bin/nproc", f"echo {count}")
        lines = "\\n".join(["# core,socket"] + [f"{i // threads_per_core},0" for i in range(count)])
        self.stand_in("bin/lscpu", f"printf '{lines}\\n'")

    def run_quickstart(self, *arguments):
        environment = {"PATH": f"{self.root / 'bin'}:/usr/bin:/bin", "ATOLL_JOBS": "3"}
        for name in ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]:
            os.environ.pop(name, None)
        return self.run_command("/bin/bash", "./quickstart", *arguments, **environment)

    def test_arguments_and_exit_code_are_passed_on(self):
        status, output = self.run_quickstart("--seed", "7 8")
        self.assertEqual(status, 75, output)
        self.assertIn("mpirun -n 2 --bind-to none build/release/", output)
        self.assertIn("atoll evolve data/problems/circles_26/job.toml --seed 7 8\n", output)

    def test_a_second_run_configures_nothing(self):
        self.assertIn("cmake --preset release", self.run_quickstart()[1])
        second = self.run_quickstart()[1]
        self.assertNotIn("--preset", second)
        self.assertIn("cmake --build build/release --target atoll -j 3", second)

    def test_oversubscribes_only_when_cores_are_short(self):
        self.assertNotIn("--oversubscribe", self.run_quickstart()[1])
        self.processors(1)
        self.assertIn("--oversubscribe", self.run_quickstart()[1])
        self.processors(2, threads_per_core=2)
        self.assertIn("--oversubscribe", self.run_quickstart()[1])

    def test_the_root_variables_are_set_for_root_alone(self):
        self.assertEqual("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1" in self.run_quickstart()[1], os.geteuid() == 0)

    def test_build_settings_do_not_reach_the_program(self):
        self.assertNotIn("ATOLL_JOBS", self.run_quickstart()[1])

    def test_the_ranks_are_told_of_the_terminal_that_mpirun_hides(self):
        self.assertNotIn("ATOLL_PROGRESS", self.run_quickstart()[1])
        outer, inner = os.openpty()
        self.addCleanup(os.close, outer)
        environment = {**os.environ, "PATH": f"{self.root / 'bin'}:/usr/bin:/bin", "TERM": "xterm", "COLUMNS": "120"}
        done = subprocess.run(
            ["/bin/bash", "./quickstart"], cwd=self.root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=inner,
            text=True, env=environment,
        )
        os.close(inner)
        self.assertIn("ATOLL_PROGRESS=terminal\n", done.stdout)

    def test_a_failed_set_up_or_build_stops_before_the_run(self):
        self.stand_in("tools/setup_packages", "exit 2")
        status, output = self.run_quickstart()
        self.assertEqual((status, output), (2, ""))
        self.stand_in("tools/setup_packages", "exit 0")
        self.stand_in("bin/cmake", "exit 1")
        status, output = self.run_quickstart()
        self.assertEqual(status, 2)
        self.assertNotIn("mpirun", output)


if __name__ == "__main__":
    unittest.main()
