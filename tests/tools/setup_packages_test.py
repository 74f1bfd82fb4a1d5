# SPDX-License-Identifier: Apache-2.0
"""tools/setup_packages installs what is missing by name, calls nothing when all is there, and else says what to load."""

import os
import unittest

from small_tree import REPOSITORY, SmallTreeTest

SETUP = REPOSITORY / "tools" / "setup_packages"
RECORD = '#!/bin/sh\necho "$0 $*" | sed "s:^.*/::" >>"$RECORD"\n'


class SetupPackagesTest(SmallTreeTest):
    """Runs the script with a PATH that holds nothing but what a test puts there, and bash's own needs."""

    def setUp(self):
        super().setUp()
        (self.root / "bin").mkdir()
        (self.root / "bin" / "env").symlink_to("/usr/bin/env")
        self.record = self.root / "record"

    def command(self, name, text="#!/bin/sh\n"):
        self.write(f"bin/{name}", text).chmod(0o755)

    def debian(self, *missing):
        cases = "".join(f"    {name}) exit 1 ;;\n" for name in missing)
        self.command("dpkg-query", f'#!/bin/sh\nfor last; do :; done\ncase "$last" in\n{cases}esac\nprintf installed\n')
        self.command("apt-get", RECORD.replace("sed", "/bin/sed"))

    def run_setup(self, target="quickstart"):
        return self.run_command(
            "/bin/bash", SETUP, target, PATH=str(self.root / "bin"), RECORD=str(self.record)
        )

    def recorded(self):
        return self.record.read_text() if self.record.exists() else ""

    def test_nothing_is_called_when_nothing_is_missing(self):
        self.debian()
        self.assertEqual(self.run_setup(), (0, ""))
        self.assertEqual(self.recorded(), "")

    @unittest.skipUnless(os.geteuid() == 0, "only root installs without sudo")
    def test_root_installs_what_is_missing_by_name(self):
        self.debian("libnlopt-dev", "ccache")
        status, output = self.run_setup()
        self.assertEqual(status, 0, output)
        self.assertRegex(self.recorded(), r"apt-get .*update\napt-get .*install -y --no-install-recommends ccache libnlopt-dev\n")

    @unittest.skipUnless(os.geteuid() == 0, "only root installs without sudo")
    def test_a_failed_installation_says_what_to_load(self):
        self.debian("libnlopt-dev")
        self.command("apt-get", "#!/bin/sh\nexit 100\n")
        status, output = self.run_setup()
        self.assertEqual(status, 2, output)
        self.assertIn("missing: libnlopt-dev", output)

    def test_another_system_with_the_tools_goes_on(self):
        for name in ["g++", "cmake", "ninja", "pkg-config", "mpirun"]:
            self.command(name)
        self.assertEqual(self.run_setup(), (0, ""))

    def test_another_system_without_a_tool_lists_it_and_stops(self):
        self.command("g++")
        status, output = self.run_setup()
        self.assertEqual(status, 2)
        self.assertIn("missing: cmake ninja pkg-config mpirun", output)
        self.assertIn("module load", output)

    def test_the_check_asks_for_more_than_the_quickstart(self):
        self.command("g++")
        self.assertNotIn("clang-tidy", self.run_setup("quickstart")[1])
        self.assertIn("clang-tidy", self.run_setup("check")[1])

    def test_a_wrong_target_is_bad_input(self):
        self.assertEqual(self.run_setup("everything")[0], 2)

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become another user")
    def test_a_user_without_sudo_gets_the_list_and_exit_2(self):
        self.debian("libnlopt-dev")
        self.root.chmod(0o755)
        self.copy("tools/setup_packages")
        status, output = self.run_command(
            "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            "/bin/bash", self.root / "tools/setup_packages", "quickstart",
            PATH=str(self.root / "bin"), RECORD=str(self.record),
        )
        self.assertEqual(status, 2, output)
        self.assertIn("there is no sudo", output)
        self.assertIn("apt-get install --no-install-recommends libnlopt-dev", output)
        self.assertEqual(self.recorded(), "")


if __name__ == "__main__":
    unittest.main()
