// SPDX-License-Identifier: Apache-2.0
// The build's identity: what CMake wrote down, and the bytes of the running executable.
#include "atoll/core/build_info.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/hash.hpp"
#include "atoll_build_values.hpp"  // written by cmake/AtollBuildInfo.cmake into the build folder

namespace atl {
namespace {

/// Rounded up to the 4 bytes that notes are aligned to.
constexpr std::size_t note_aligned(std::size_t bytes) { return (bytes + 3) & ~std::size_t{3}; }

/// The NT_GNU_BUILD_ID note among `notes`, or empty.
std::string find_build_id(std::string_view notes) {
    while (notes.size() >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) header;
        std::memcpy(&header, notes.data(), sizeof header);
        const std::size_t name_at = sizeof header;
        const std::size_t body_at = name_at + note_aligned(header.n_namesz);
        const std::size_t next_at = body_at + note_aligned(header.n_descsz);
        if (next_at > notes.size()) return {};
        const bool gnu = notes.substr(name_at, header.n_namesz) == std::string_view("GNU\0", 4);
        if (gnu && header.n_type == NT_GNU_BUILD_ID) return std::string(notes.substr(body_at, header.n_descsz));
        notes.remove_prefix(next_at);
    }
    return {};
}

/// Called once for each loaded object; the first is the executable itself.
int take_executable_note(dl_phdr_info* info, std::size_t /*size*/, void* result) {
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const ElfW(Phdr)& segment = info->dlpi_phdr[i];
        if (segment.p_type != PT_NOTE) continue;
        const auto* notes = reinterpret_cast<const char*>(info->dlpi_addr + segment.p_vaddr);
        auto& found = *static_cast<std::string*>(result);
        found = find_build_id({notes, segment.p_memsz});
        if (!found.empty()) break;
    }
    return 1;
}

std::string executable_identity() {
    std::string note;
    dl_iterate_phdr(take_executable_note, &note);
    if (!note.empty()) return note;
    try {
        constexpr std::uint64_t largest_executable_bytes = std::uint64_t{1} << 32;
        const std::string bytes = read_text_file("/proc/self/exe", largest_executable_bytes);
        return to_hex(sha256(bytes));
    } catch (const InputError&) {
        return {};  // no /proc: the values CMake saw still tell most builds apart
    }
}

}  // namespace

const BuildInfo& build_info() {
    static const BuildInfo info = {
        .version = build_values::version,
        .git_commit = build_values::git_commit,
        .git_dirty = build_values::git_dirty,
        .compiler = build_values::compiler,
        .build_type = build_values::build_type,
        .flags = build_values::flags,
    };
    return info;
}

const std::string& build_id() {
    static const std::string id = [] {
        const BuildInfo& info = build_info();
        const std::string all = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", info.version, info.git_commit, info.git_dirty,
                                            info.compiler, info.build_type, info.flags, executable_identity());
        return to_hex(sha256(all)).substr(0, 16);
    }();
    return id;
}

std::string build_line() {
    const BuildInfo& info = build_info();
    return fmt::format("atoll {} (commit {}{}; {}; {}; build {})", info.version, info.git_commit.substr(0, 12),
                       info.git_dirty ? ", modified" : "", info.compiler, info.build_type, build_id());
}

}  // namespace atl
