// SPDX-License-Identifier: Apache-2.0
// The genome "program": the text of one file, or a bundle of several, and the marked regions that operators may vary.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/record.hpp"
#include "atoll/problems/language.hpp"

namespace atl::evolve {

inline constexpr std::string_view program_genome = "program";
/// Of the candidate's bytes, all files together.
inline constexpr std::size_t program_text_max_bytes = std::size_t{1} << 20;
inline constexpr std::size_t program_max_files = 64;

/// One file of a program.
struct ProgramSource {
    std::string name;
    std::string text;

    bool operator==(const ProgramSource&) const = default;
};

/// "program.cpp", "program.py": the name of a program's only file, and of the file a Python program is loaded from.
std::string_view program_file_name(problems::Language language);

/// The files of a candidate's bytes. Bytes that begin with a line `==> atoll file: NAME` are a bundle: each such line
/// begins a file, which is the lines up to the next one. Any other bytes are the text of one file.
/// Names are letters, digits, '_', '-' and '.', end in .cpp, .hpp or .h (C++) or .py (Python), and are each used once;
/// a C++ program has a .cpp, a Python program a program.py; names that begin with "atoll_" and adapter.py are taken.
/// A region is what lies between a comment that begins with EVOLVE-BLOCK-START and one that begins with
/// EVOLVE-BLOCK-END. Throws InputError with `shown_name:line` for anything else: other names, markers that do not
/// pair, more than 1 MiB, NUL bytes, carriage returns without a line feed.
std::vector<ProgramSource> parse_program(std::string_view bytes, problems::Language language,
                                         std::string_view shown_name = "program");

/// Inverse of parse_program, except that every file of a bundle ends with a line end. Throws as parse_program does.
Candidate encode_program(std::span<const ProgramSource> sources, problems::Language language);

/// A file, or a folder of files in the order of their names (`__pycache__` and names that begin with '.' are left
/// out). Throws InputError with the place, as parse_program does, and for folders in the folder.
Candidate read_program(const std::filesystem::path& path, problems::Language language);

}  // namespace atl::evolve
