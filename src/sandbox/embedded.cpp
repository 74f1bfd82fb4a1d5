// SPDX-License-Identifier: Apache-2.0
// Two files taken into the program as they are; the build names them.
#include "sandbox/embedded.hpp"

#include <cstddef>

__asm__(
    ".section .rodata\n"
    "atoll_cell_library_begin: .incbin \"" ATOLL_CELL_LIBRARY
    "\"\n"
    "atoll_cell_library_end:\n"
    "atoll_python_driver_begin: .incbin \"" ATOLL_PYTHON_DRIVER
    "\"\n"
    "atoll_python_driver_end: .byte 0\n"
    ".global atoll_cell_library_begin\n.global atoll_cell_library_end\n"
    ".global atoll_python_driver_begin\n.global atoll_python_driver_end\n"
    ".text\n");

extern "C" {
extern const char atoll_cell_library_begin[];
extern const char atoll_cell_library_end[];
extern const char atoll_python_driver_begin[];
extern const char atoll_python_driver_end[];
}

namespace atl::sandbox {

std::string_view cell_library() {
    return {atoll_cell_library_begin, static_cast<std::size_t>(atoll_cell_library_end - atoll_cell_library_begin)};
}

std::string_view python_driver() {
    return {atoll_python_driver_begin, static_cast<std::size_t>(atoll_python_driver_end - atoll_python_driver_begin)};
}

}  // namespace atl::sandbox
