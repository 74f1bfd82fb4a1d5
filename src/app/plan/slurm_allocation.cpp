// SPDX-License-Identifier: Apache-2.0
// Asks scontrol.
#include "slurm_allocation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>

#include "atoll/core/error.hpp"
#include "atoll/core/number.hpp"

namespace atl::app {

std::string pools_of_job(std::string_view scontrol_text) {
    constexpr std::string_view key = "JOB_GRES=";
    const std::size_t begin = scontrol_text.find(key);
    std::string_view gres;
    if (begin != std::string_view::npos) {
        gres = scontrol_text.substr(begin + key.size());
        gres = gres.substr(0, gres.find_first_of(" \n"));
    }
    std::string pools;
    while (!gres.empty()) {
        const std::size_t end = std::min(gres.find(','), gres.size());
        const std::string_view one = gres.substr(0, end);
        gres.remove_prefix(std::min(end + 1, gres.size()));
        constexpr std::string_view gpu = "gpu:";
        if (!one.starts_with(gpu)) continue;
        const std::string_view rest = one.substr(gpu.size(), one.find('(') - gpu.size());
        const std::size_t colon = rest.rfind(':');
        if (colon == std::string_view::npos) {
            throw InputError(
                fmt::format("--from-slurm: the allocation says '{}', without a type of GPU; name it "
                            "with --pools TYPE:COUNT",
                            one));
        }
        pools += fmt::format("{}{}", pools.empty() ? "" : ",", rest);
    }
    if (pools.empty())
        throw InputError("--from-slurm: the allocation has no GPUs (gres); ask for some, or use --pools");
    return pools;
}

std::string pools_of_this_job() {
    const char* id = std::getenv("SLURM_JOB_ID");
    const std::string job = id ? id : "";
    if (job.empty() || !std::all_of(job.begin(), job.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) {
        throw InputError("--from-slurm: this is no Slurm job (SLURM_JOB_ID is not set)");
    }
    const std::string command = "scontrol show job -d -o " + job;
    const auto close = [](std::FILE* pipe) { pclose(pipe); };
    const std::unique_ptr<std::FILE, decltype(close)> pipe(popen(command.c_str(), "re"),
                                                           close);  // NOLINT(cert-env33-c)
    std::string text;
    std::array<char, 4096> block{};
    while (pipe) {
        const std::size_t got = std::fread(block.data(), 1, block.size(), pipe.get());
        if (got == 0) break;
        text.append(block.data(), got);
    }
    if (text.empty()) throw InfrastructureError("'" + command + "' says nothing");
    return pools_of_job(text);
}

}  // namespace atl::app
