// SPDX-License-Identifier: Apache-2.0
// TOML by toml++, the only file that includes it.
#include "atoll/core/toml.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "atoll/core/error.hpp"

namespace atl::toml_text {
namespace {

/// The items of a list that are all of one type.
template <class Item>
std::optional<std::vector<Item>> as_list_of(const toml::array& array) {
    std::vector<Item> items;
    for (const toml::node& node : array) {
        const auto* item = node.as<Item>();
        if (item == nullptr) return std::nullopt;
        items.push_back(item->get());
    }
    return items;
}

Value convert(const toml::node& node) {
    if (const auto* value = node.as_boolean()) return value->get();
    if (const auto* value = node.as_integer()) return std::int64_t{value->get()};
    if (const auto* value = node.as_floating_point()) return value->get();
    if (const auto* value = node.as_string()) return value->get();
    if (node.is_table()) return TableOpening{};
    if (const auto* array = node.as_array()) {
        if (auto texts = as_list_of<std::string>(*array)) return std::move(*texts);
        if (auto integers = as_list_of<std::int64_t>(*array)) return std::move(*integers);
        if (auto booleans = as_list_of<bool>(*array)) return std::move(*booleans);
        return Unsupported{"a list of mixed items"};
    }
    return Unsupported{"a date or time"};
}

void flatten(const toml::table& table, const std::string& prefix, std::vector<Entry>& entries) {
    for (const auto& [key, node] : table) {
        const std::string path = prefix + std::string(key.str());
        const toml::source_position place = key.source().begin;
        entries.push_back({path, place.line, place.column, convert(node)});
        if (const auto* inner = node.as_table()) flatten(*inner, path + '.', entries);
    }
}

}  // namespace

std::string_view kind_of(const Value& value) {
    struct Naming {
        std::string_view operator()(bool /*value*/) const { return "a boolean"; }
        std::string_view operator()(std::int64_t /*value*/) const { return "an integer"; }
        std::string_view operator()(double /*value*/) const { return "a number"; }
        std::string_view operator()(const std::string& /*value*/) const { return "a string"; }
        std::string_view operator()(const std::vector<std::string>& /*value*/) const { return "a list of strings"; }
        std::string_view operator()(const std::vector<std::int64_t>& /*value*/) const { return "a list of integers"; }
        std::string_view operator()(const std::vector<bool>& /*value*/) const { return "a list of booleans"; }
        std::string_view operator()(TableOpening /*value*/) const { return "a table"; }
        std::string_view operator()(const Unsupported& value) const { return value.kind; }
    };
    return std::visit(Naming{}, value);
}

std::vector<Entry> parse(std::string_view text, std::string_view name) {
    try {
        const toml::table document = toml::parse(text);
        std::vector<Entry> entries;
        flatten(document, "", entries);
        std::stable_sort(entries.begin(), entries.end(), [](const Entry& left, const Entry& right) {
            return std::tie(left.line, left.column) < std::tie(right.line, right.column);
        });
        return entries;
    } catch (const toml::parse_error& error) {
        const toml::source_position place = error.source().begin;
        throw InputError(fmt::format("{}:{}:{}: {}", name, place.line, place.column, error.description()));
    }
}

}  // namespace atl::toml_text
