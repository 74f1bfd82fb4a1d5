# SPDX-License-Identifier: Apache-2.0
"""tools/check_style.py refuses a missing licence line or sentence, paths and hosts of one machine, and empty names."""

import unittest

from small_tree import LICENCE, SmallTreeTest, source

CHECK = "check_style.py"
SLASH = "/"  # the paths below are put together, so that the check does not find them in this file


class StyleTest(SmallTreeTest):
    def test_a_clean_tree_passes(self):
        self.write("src/a.cpp", source("int a = 1;"))
        self.write("src/two_lines.hpp", f"// {LICENCE}\n// A sentence that goes\n// over two lines.\n#pragma once\n")
        self.write("tools/x.py", f'#!/usr/bin/env python3\n# {LICENCE}\n"""What it is for."""\n')
        self.write("check", f"#!/usr/bin/env bash\n# {LICENCE}\n# What it is for.\n")
        self.write("CMakeLists.txt", f"# {LICENCE}\nproject(x)\n")
        self.write("data/table.csv", "1,2\n")
        self.write("README.md", "See https://arxiv.org/abs/2510.26144 and http://127.0.0.1:8080/ and http://localhost/.\n")
        self.write("src/usual.cpp", source('open("/proc/self/exe");', "// homework/ and a/" + "work/b are relative"))
        self.assert_passes(CHECK)

    def test_a_missing_licence_line_fails(self):
        for path, text in [
            ("src/a.cpp", "int a;\n"), ("src/a.hpp", "\n" + source()), ("tools/a.py", '"""What."""\n'),
            ("check", "#!/bin/sh\n# What.\n"), ("a/CMakeLists.txt", "project(x)\n"), ("src/a.cpp", ""),
        ]:
            with self.subTest(path=path, text=text):
                file = self.write(path, text)
                self.assert_refuses(CHECK, f"{path}:1: the first line must be")
                file.unlink()

    def test_a_missing_sentence_fails(self):
        for path, text in [
            ("src/a.cpp", f"// {LICENCE}\n#include <x>\n"), ("src/a.cpp", f"// {LICENCE}\n//\n// Late.\n"),
            ("src/a.cpp", f"// {LICENCE}\n// no end\nint a;\n"), ("tools/a.py", f"# {LICENCE}\nimport os\n"),
        ]:
            with self.subTest(path=path, text=text):
                file = self.write(path, text)
                self.assert_refuses(CHECK, f"{path}:2: the licence line must be followed by one sentence")
                file.unlink()

    def test_paths_of_one_machine_fail(self):
        for folder in ["work", "home/someone", "mnt/disk1"]:
            for text in ["cd {}x", '"{}x"', "see ({}x)"]:
                path = SLASH + folder + SLASH
                with self.subTest(path=path, text=text):
                    self.write("docs/a.md", "first\n" + text.format(path) + "\n")
                    self.assert_refuses(CHECK, "docs/a.md:2: names a path of one machine")

    def test_hosts_of_one_site_fail(self):
        for host in ["10.1.2.3", "registry", "mirror.internal", "user:secret@pypi.corp", "[fd00::1]"]:
            with self.subTest(host=host):
                self.write("docs/a.md", f"get it from https:{SLASH}{SLASH}{host}:8080/simple\n")
                self.assert_refuses(CHECK, "docs/a.md:1: names a host of one machine or site")

    def test_names_that_say_nothing_fail(self):
        for name in ["utils", "common", "helpers", "manager", "misc"]:
            for path in [f"src/{name}/a.cpp", f"src/{name}.cpp", f"src/string_{name}.hpp", f"src/{name.title()}.cpp"]:
                with self.subTest(path=path):
                    file = self.write(path, source())
                    self.assert_refuses(CHECK, f"'{name}' in a name says nothing")
                    file.unlink()


if __name__ == "__main__":
    unittest.main()
