// SPDX-License-Identifier: Apache-2.0
// The column hetero_plan of a table of runs.
#include <fmt/format.h>

#include <cmath>

#include "atoll/core/error.hpp"
#include "atoll/core/number.hpp"
#include "atoll/plan/measured_table.hpp"

namespace atl::plan {
namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(at, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

std::uint32_t count(std::string_view text) {
    const double value = parse_number(text).value_or(0);
    if (!(value >= 1) || value > 1e6 || value != std::floor(value)) {
        throw InputError(fmt::format("'{}' is no number of 1 or more", text));
    }
    return static_cast<std::uint32_t>(value);
}

/// "8xRTX-3090/tp8"
RowStage::Replica replica_of(std::string_view text, const GpuCatalogue& gpus) {
    const std::size_t times = text.find('x');
    const std::size_t slash = text.rfind("/tp");
    if (times == std::string_view::npos || slash == std::string_view::npos || slash < times) {
        throw InputError(fmt::format("'{}' is not COUNTxTYPE/tpSIZE", text));
    }
    count(text.substr(0, times));
    return {.gpu = gpus.find(text.substr(times + 1, slash - times - 1)),
            .tensor = static_cast<std::uint16_t>(count(text.substr(slash + 3)))};
}

}  // namespace

std::vector<RowStage> parse_row_stages(std::string_view text, std::uint32_t layers, const GpuCatalogue& gpus) {
    std::vector<RowStage> stages;
    std::uint32_t all = 0;
    for (const std::string_view part : split(text, '|')) {
        const std::size_t colon = part.find(':');
        if (part.empty() || part.front() != 'L' || colon == std::string_view::npos) {
            throw InputError(fmt::format("'{}' is not LLAYERS:REPLICA;REPLICA", part));
        }
        RowStage stage;
        stage.layers = count(part.substr(1, colon - 1));
        all += stage.layers;
        for (const std::string_view one : split(part.substr(colon + 1), ';')) {
            stage.replicas.push_back(replica_of(one, gpus));
        }
        if (!stages.empty() && stages.front().replicas.size() != stage.replicas.size()) {
            throw InputError("the stages have different numbers of replicas");
        }
        stages.push_back(std::move(stage));
    }
    if (all == layers + 2 && stages.front().layers > 1 && stages.back().layers > 1) {
        --stages.front().layers;
        --stages.back().layers;
    } else if (all != layers) {
        throw InputError(fmt::format("the stages hold {} layers, the model has {}", all, layers));
    }
    return stages;
}

}  // namespace atl::plan
