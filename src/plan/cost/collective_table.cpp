// SPDX-License-Identifier: Apache-2.0
// Reads the collectives of one GPU and answers between and beyond their sizes.
#include "plan/cost/collective_table.hpp"

#include <fmt/format.h>

#include <cmath>

#include "atoll/core/error.hpp"
#include "plan/cost/csv_rows.hpp"

namespace atl::plan {

CollectiveTable::CollectiveTable(std::string_view csv, std::string_view gpu) {
    CsvRows rows(csv, "collective.csv", {"gpu", "op", "gpus", "bytes", "latency_us"});
    std::array<std::map<double, Points>, collective_names.size()> points;
    while (rows.next()) {
        if (rows.cells()[0] != gpu) continue;
        for (std::size_t op = 0; op < collective_names.size(); ++op) {
            if (rows.cells()[1] != collective_names.at(op)) continue;
            add(points.at(op)[rows.number(2)], std::log2(rows.number(3)), std::log(1e-6 * rows.number(4)));
        }
    }
    for (std::size_t op = 0; op < collective_names.size(); ++op) {
        if (points.at(op).empty()) {
            throw InputError(fmt::format("collective.csv has no {} of '{}'", collective_names.at(op), gpu));
        }
        for (const auto& [gpus, samples] : points.at(op)) curves_.at(op)[gpus] = curve_of(samples);
    }
}

double CollectiveTable::seconds(Collective collective, std::uint32_t gpus, double bytes) const {
    if (gpus <= 1 || bytes <= 0) return 0;
    const auto& by_gpus = curves_.at(static_cast<std::size_t>(collective));
    auto nearest = by_gpus.lower_bound(gpus);
    if (nearest == by_gpus.end()) --nearest;
    // a ring moves (n - 1) / n of the buffer
    const double ring = (1 - 1.0 / gpus) / (1 - 1.0 / nearest->first);
    const Curve& curve = nearest->second;
    const double at = std::log2(bytes);
    double seconds = std::exp(curve(at));
    if (at > curve.axis.back()) seconds *= std::exp2(at - curve.axis.back());
    return ring * seconds;
}

}  // namespace atl::plan
