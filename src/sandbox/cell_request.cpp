// SPDX-License-Identifier: Apache-2.0
// From the words of a rank to those of a cell.
#include "sandbox/cell_request.hpp"

#include <cstring>

#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"

namespace atl::sandbox {

cell::CellRequest cell_request(const ExecutionRequest& request, const std::string& scratch) {
    cell::CellRequest cell{};
    cell.version = cell::version;
    cell.filter = static_cast<std::uint32_t>(request.profile);
    const Limits& limits = request.limits;
    cell.wall_nanoseconds = from_seconds(limits.wall_seconds);
    cell.cpu_seconds = limits.cpu_seconds;
    cell.memory_bytes = limits.memory_bytes;
    cell.scratch_bytes = limits.scratch_bytes;
    cell.result_bytes = limits.result_bytes;
    cell.open_files = limits.open_files;
    cell.processes = limits.processes;
    std::size_t at = 0;
    const auto add = [&](const std::string& word) {
        if (at + word.size() + 1 > sizeof cell.words) throw InfrastructureError("sandbox: too many words");
        std::memcpy(cell.words + at, word.c_str(), word.size() + 1);
        at += word.size() + 1;
        ++cell.word_count;
    };
    for (const std::string& word : request.words) add(word);
    if (request.profile == Profile::python) add(request.result_name);
    if (scratch.size() >= sizeof cell.scratch || request.result_name.size() >= sizeof cell.result) {
        throw InfrastructureError("sandbox: a path is too long");
    }
    std::memcpy(cell.scratch, scratch.c_str(), scratch.size() + 1);
    std::memcpy(cell.result, request.result_name.c_str(), request.result_name.size() + 1);
    return cell;
}

}  // namespace atl::sandbox
