# SPDX-License-Identifier: Apache-2.0
"""cmake/AtollHeaderCheck.cmake fails on a public header that does not compile alone or lacks its guard."""

import unittest

from small_tree import SmallTreeTest

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES CXX)
add_library(atoll_flags INTERFACE)
list(APPEND CMAKE_MODULE_PATH ${CMAKE_SOURCE_DIR}/cmake)
include(AtollHeaderCheck)
"""


class HeadersTest(SmallTreeTest):
    def setUp(self):
        super().setUp()
        self.copy("cmake/AtollHeaderCheck.cmake")
        self.write("CMakeLists.txt", PROJECT)

    def build(self):
        status, output = self.run_command("cmake", "-S", ".", "-B", "build", "-G", "Ninja")
        self.assertEqual(status, 0, output)
        return self.run_command("cmake", "--build", "build", "--target", "header_self_containment")

    def test_a_header_that_includes_what_it_uses_passes(self):
        self.write("include/atoll/core/x.hpp", "#pragma once\n#include <string>\nstruct X { std::string name; };\n")
        status, output = self.build()
        self.assertEqual(status, 0, output)

    def test_a_header_that_leans_on_its_includer_fails(self):
        self.write("include/atoll/core/good.hpp", "#pragma once\n#include <string>\n")
        self.write("include/atoll/core/x.hpp", "#pragma once\nstruct X { std::string name; };\n")
        status, output = self.build()
        self.assertNotEqual(status, 0)
        self.assertIn("include/atoll/core/x.hpp", output)

    def test_a_header_without_a_guard_fails(self):
        self.write("include/atoll/core/deep/x.hpp", "struct X {};\n")
        status, output = self.build()
        self.assertNotEqual(status, 0)
        self.assertIn("redefinition", output)


if __name__ == "__main__":
    unittest.main()
