// SPDX-License-Identifier: Apache-2.0
// Lists of prices as TOML.
#include "atoll/plan/prices.hpp"

#include <fmt/format.h>

#include <span>
#include <variant>
#include <vector>

#include "atoll/core/embedded_file.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/core/toml.hpp"
#include "atoll/plan/machine.hpp"

namespace atl::plan {

std::span<const EmbeddedFile> price_files();

namespace {

constexpr std::string_view table = "dollars_per_gpu_hour";

}  // namespace

std::optional<double> Prices::of(const std::string& gpu) const {
    const auto found = dollars_per_gpu_hour.find(gpu);
    if (found == dollars_per_gpu_hour.end()) return std::nullopt;
    return found->second;
}

Prices parse_prices(std::string_view toml, std::string_view file_name, const GpuCatalogue& gpus) {
    Prices prices;
    const std::vector<std::string> keys{"name", "date", "kind", "source", std::string(table)};
    const std::map<std::string, std::string Prices::*> texts{
        {"name", &Prices::name}, {"date", &Prices::date}, {"kind", &Prices::kind}, {"source", &Prices::source}};
    for (const toml_text::Entry& entry : toml_text::parse(toml, file_name)) {
        const auto refuse = [&](const std::string& why) {
            throw InputError(fmt::format("{}:{}:{}: {}", file_name, entry.line, entry.column, why));
        };
        if (std::holds_alternative<toml_text::TableOpening>(entry.value)) continue;
        if (const auto text = texts.find(entry.key); text != texts.end()) {
            const auto* value = std::get_if<std::string>(&entry.value);
            if (value == nullptr) refuse(fmt::format("'{}' must be a string", entry.key));
            prices.*text->second = *value;
            continue;
        }
        if (entry.key.compare(0, table.size() + 1, fmt::format("{}.", table)) != 0) {
            refuse(fmt::format("unknown key '{}'{}", entry.key, did_you_mean(entry.key, keys)));
        }
        double dollars = -1;
        if (const auto* real = std::get_if<double>(&entry.value)) dollars = *real;
        if (const auto* whole = std::get_if<std::int64_t>(&entry.value)) dollars = static_cast<double>(*whole);
        if (!(dollars >= 0) || dollars > 1e6) refuse("a price must be a number of dollars, at least 0");
        const std::string spelling = entry.key.substr(table.size() + 1);
        const Gpu* gpu = gpus.find_or_null(spelling);
        if (gpu == nullptr) refuse(fmt::format("unknown GPU '{}'", spelling));
        prices.dollars_per_gpu_hour[gpu->name] = dollars;
    }
    if (prices.date.empty()) throw InputError(fmt::format("{}: prices need a 'date'", file_name));
    if (prices.dollars_per_gpu_hour.empty()) throw InputError(fmt::format("{}: no price in [{}]", file_name, table));
    return prices;
}

Prices find_prices(std::string_view name) {
    std::vector<std::string> names;
    for (const EmbeddedFile& file : price_files()) {
        Prices prices = parse_prices(file.text, file.name, shipped_gpus());
        if (prices.name == name) return prices;
        names.push_back(prices.name);
    }
    throw InputError(fmt::format("no prices '{}' come with atoll{}; there are {}; or give the path of a file", name,
                                 did_you_mean(name, names), fmt::join(names, ", ")));
}

}  // namespace atl::plan
