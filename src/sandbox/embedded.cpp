// SPDX-License-Identifier: Apache-2.0
// Files taken into the program as they are; the build names them.
#include "sandbox/embedded.hpp"

#include <cstddef>

// a file, between two symbols
#define ATOLL_EMBED(name, path)                                                               \
    __asm__(".section .rodata\n.global atoll_" name "_begin, atoll_" name "_end\natoll_" name \
            "_begin: .incbin \"" path "\"\natoll_" name "_end: .byte 0\n.text\n")

ATOLL_EMBED("cell_library", ATOLL_CELL_LIBRARY);
ATOLL_EMBED("python_driver", ATOLL_PYTHON_DRIVER);
ATOLL_EMBED("native_runner", ATOLL_NATIVE_RUNNER);
ATOLL_EMBED("program_header", ATOLL_PROGRAM_HEADER);
ATOLL_EMBED("driver_header", ATOLL_DRIVER_HEADER);

#define ATOLL_EMBEDDED(name)                                                                                \
    extern "C" const char atoll_##name##_begin[];                                                           \
    extern "C" const char atoll_##name##_end[];                                                             \
    std::string_view atl::sandbox::name() {                                                                 \
        return {atoll_##name##_begin, static_cast<std::size_t>(atoll_##name##_end - atoll_##name##_begin)}; \
    }

ATOLL_EMBEDDED(cell_library)
ATOLL_EMBEDDED(python_driver)
ATOLL_EMBEDDED(native_runner)
ATOLL_EMBEDDED(program_header)
ATOLL_EMBEDDED(driver_header)
