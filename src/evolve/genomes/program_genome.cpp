// SPDX-License-Identifier: Apache-2.0
// Programs as candidate bytes, checked, and read from files and folders.
#include "atoll/evolve/program_genome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "evolve/program_text/program_text.hpp"

namespace atl::evolve {
namespace {

using problems::Language;
using program_text::file_line_mark;

constexpr std::size_t max_name_length = 64;

std::span<const std::string_view> endings(Language language) {
    static constexpr std::array<std::string_view, 3> cpp = {".cpp", ".hpp", ".h"};
    static constexpr std::array<std::string_view, 1> python = {".py"};
    if (language == Language::cpp) return cpp;
    return python;
}

std::string printable(std::string_view text) {
    std::string shown;
    for (const char c : text.substr(0, max_name_length)) shown += (c >= ' ' && c <= '~') ? c : '?';
    return shown;
}

/// Why the name can not be one; empty when it can.
std::string name_fault(std::string_view name, Language language) {
    const bool plain =
        !name.empty() && name.size() <= max_name_length && name.front() != '.' && name.front() != '-' &&
        std::all_of(name.begin(), name.end(), [](char c) {
            return (program_text::is_word_byte(c) && static_cast<unsigned char>(c) < 0x80) || c == '-' || c == '.';
        });
    if (!plain) {
        return fmt::format("'{}' is no name for a file of a program: use letters, digits, '_', '-' and '.', at most {}",
                           printable(name), max_name_length);
    }
    if (name.starts_with("atoll_") || name == "adapter.py") {
        return fmt::format("the name '{}' is taken by atoll's own files; use another one", name);
    }
    const auto known = endings(language);
    const bool ends = std::any_of(known.begin(), known.end(), [&](std::string_view each) {
        return name.ends_with(each) && name.size() > each.size();
    });
    if (ends) return {};
    return fmt::format("'{}' is no file of a {} program: names end in {}", name, problems::to_string(language),
                       language == Language::cpp ? ".cpp, .hpp or .h" : ".py");
}

bool is_main(std::string_view name, Language language) {
    return language == Language::cpp ? name.ends_with(".cpp") : name == program_file_name(language);
}

std::size_t line_of(std::string_view text, std::size_t place) {
    const std::string_view before = text.substr(0, place);
    return static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
}

/// Bytes that a text file does not have.
void check_bytes(std::string_view text, std::string_view shown_name) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\0') {
            throw InputError(fmt::format("{}:{}: a NUL byte; a program is text", shown_name, line_of(text, i)));
        }
        if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) {
            throw InputError(
                fmt::format("{}:{}: a carriage return without a line feed; save the file with the line "
                            "ends of Unix or of Windows",
                            shown_name, line_of(text, i)));
        }
    }
}

void check_size(std::size_t bytes, std::string_view shown_name) {
    if (bytes > program_text_max_bytes) {
        throw InputError(fmt::format("{}: the program holds {} bytes; at most {} are allowed", shown_name, bytes,
                                     program_text_max_bytes));
    }
}

}  // namespace

std::string_view program_file_name(Language language) {
    return language == Language::cpp ? "program.cpp" : "program.py";
}

std::vector<ProgramSource> parse_program(std::string_view bytes, Language language, std::string_view shown_name) {
    check_size(bytes.size(), shown_name);
    check_bytes(bytes, shown_name);
    const program_text::ProgramText text(bytes, language);
    const bool bundle = bytes.starts_with(file_line_mark);
    const auto shown = [&](std::string_view file) {
        return bundle ? fmt::format("{}/{}", shown_name, printable(file)) : std::string(shown_name);
    };
    if (text.files().size() > program_max_files) {
        throw InputError(
            fmt::format("{}: {} files; a program has at most {}", shown_name, text.files().size(), program_max_files));
    }
    std::vector<ProgramSource> sources;
    for (const program_text::SourceFile& file : text.files()) {
        const std::string fault = name_fault(file.name, language);
        if (!fault.empty()) throw InputError(fmt::format("{}: {}", shown_name, fault));
        if (std::any_of(sources.begin(), sources.end(),
                        [&](const ProgramSource& each) { return each.name == file.name; })) {
            throw InputError(fmt::format("{}: two files are named '{}'", shown_name, file.name));
        }
        sources.push_back({std::string(file.name), std::string(text.view(file.text))});
    }
    if (std::none_of(sources.begin(), sources.end(),
                     [&](const ProgramSource& each) { return is_main(each.name, language); })) {
        throw InputError(fmt::format(
            "{}: {}", shown_name,
            language == Language::cpp ? "no file ends in .cpp; one must" : "no file is named program.py; one must be"));
    }
    if (const auto& problem = text.problem()) {
        throw InputError(fmt::format("{}:{}: {}", shown(problem->file), problem->line, problem->message));
    }
    return sources;
}

Candidate encode_program(std::span<const ProgramSource> sources, Language language) {
    Candidate candidate{std::string(program_genome), {}};
    std::string& bytes = candidate.bytes;
    if (sources.size() == 1 && sources[0].name == program_file_name(language) &&
        !sources[0].text.starts_with(file_line_mark)) {
        bytes = sources[0].text;
    } else {
        for (const ProgramSource& source : sources) {
            const std::size_t line =
                source.text.starts_with(file_line_mark) ? 0 : source.text.find('\n' + std::string(file_line_mark));
            if (line != std::string::npos) {
                throw InputError(fmt::format("{}:{}: a line of a program may not begin with '{}'",
                                             printable(source.name), line_of(source.text, line + 1), file_line_mark));
            }
            bytes += fmt::format("{}{}\n{}", file_line_mark, source.name, source.text);
            if (!source.text.empty() && source.text.back() != '\n') bytes += '\n';
        }
    }
    parse_program(bytes, language);  // throws
    return candidate;
}

Candidate read_program(const std::filesystem::path& path, Language language) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
        Candidate candidate{std::string(program_genome), read_text_file(path, program_text_max_bytes)};
        parse_program(candidate.bytes, language, path.string());
        return candidate;
    }
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.front() == '.' || name == "__pycache__") continue;
        if (std::filesystem::is_directory(entry->path())) {
            throw InputError(
                fmt::format("{}: a folder in a program's folder; put all files of the program directly "
                            "into {}",
                            entry->path().string(), path.string()));
        }
        files.push_back(entry->path());
    }
    if (error) throw InputError(fmt::format("{}: {}", path.string(), error.message()));
    if (files.empty()) throw InputError(fmt::format("{}: the folder holds no files", path.string()));
    std::sort(files.begin(), files.end());
    std::vector<ProgramSource> sources;
    std::size_t bytes = 0;
    for (const std::filesystem::path& file : files) {
        const std::string name = file.filename().string();
        const std::string fault = name_fault(name, language);
        if (!fault.empty()) throw InputError(fmt::format("{}: {}", file.string(), fault));
        sources.push_back({name, read_text_file(file, program_text_max_bytes)});
        check_bytes(sources.back().text, file.string());
        bytes += sources.back().text.size();
        check_size(bytes, path.string());
        const program_text::ProgramText text(sources.back().text, language);
        if (const auto& problem = text.problem()) {
            throw InputError(fmt::format("{}:{}: {}", file.string(), problem->line, problem->message));
        }
    }
    return encode_program(sources, language);
}

}  // namespace atl::evolve
