// SPDX-License-Identifier: Apache-2.0
// Faults by name, by share, and by draw.
#include "llm/mock/faults.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"

namespace atl::llm {

namespace mock {

const std::array<FaultKind, fault_count> fault_kinds = {{
    {"rate_limited", &MockFaults::rate_limited},
    {"rate_limited_bare", &MockFaults::rate_limited_bare},
    {"server_error", &MockFaults::server_error},
    {"stall", &MockFaults::stall},
    {"cut", &MockFaults::cut},
    {"html", &MockFaults::html},
    {"garbage", &MockFaults::garbage},
    {"huge", &MockFaults::huge},
    {"empty", &MockFaults::empty},
    {"invalid_utf8", &MockFaults::invalid_utf8},
    {"unusable", &MockFaults::unusable},
    {"unauthorized", &MockFaults::unauthorized},
    {"out_of_money", &MockFaults::out_of_money},
}};

double share_of_faults(const MockFaults& faults) {
    double sum = 0;
    for (const FaultKind& kind : fault_kinds) sum += faults.*kind.share;
    return sum;
}

Fault draw_fault(const MockFaults& faults, RandomStream& random) {
    double left = random.uniform();
    for (std::size_t i = 0; i < fault_count; ++i) {
        left -= faults.*fault_kinds[i].share;
        if (left < 0) return static_cast<Fault>(i);
    }
    return Fault::none;
}

}  // namespace mock

namespace {

void check_share(double share, std::string_view of) {
    if (share >= 0 && share <= 1) return;
    throw InputError(fmt::format("{}: a share of {} of the requests; give one from 0 to 1", of, share));
}

}  // namespace

std::vector<std::string> fault_names() {
    std::vector<std::string> names;
    names.reserve(std::size(mock::fault_kinds));
    for (const mock::FaultKind& kind : mock::fault_kinds) names.emplace_back(kind.name);
    return names;
}

void set_fault(MockFaults& faults, std::string_view name, double share) {
    for (const mock::FaultKind& kind : mock::fault_kinds) {
        if (name != kind.name) continue;
        check_share(share, name);
        faults.*kind.share = share;
        return;
    }
    const std::vector<std::string> names = fault_names();
    throw InputError(
        fmt::format("unknown fault '{}'{}; there are {}", name, did_you_mean(name, names), fmt::join(names, ", ")));
}

void add_faults(MockFaults& faults, double share) {
    check_share(share, "faults");
    const double huge = share / 100;
    faults.huge += huge;
    constexpr std::array<double MockFaults::*, 7> even = {&MockFaults::rate_limited, &MockFaults::rate_limited_bare,
                                                          &MockFaults::server_error, &MockFaults::stall,
                                                          &MockFaults::cut,          &MockFaults::html,
                                                          &MockFaults::garbage};
    for (double MockFaults::*const kind : even) faults.*kind += (share - huge) / even.size();
}

}  // namespace atl::llm
