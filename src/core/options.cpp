// SPDX-License-Identifier: Apache-2.0
// The table of options and its resolved values, as data and as text.
#include "atoll/core/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "atoll/core/number.hpp"
#include "core/option_value.hpp"

namespace atl {
namespace {

std::string replace_all(std::string_view text, std::string_view old_characters, char by) {
    std::string replaced(text);
    for (char& c : replaced) {
        if (old_characters.find(c) != std::string_view::npos) c = by;
    }
    return replaced;
}

std::string toml_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string toml_real(double value) {
    std::string text = shortest(value);
    if (text.find_first_of(".einf") == std::string::npos) text += ".0";  // TOML: without a point it is an integer
    return text;
}

struct LiteralWriter {
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const { return toml_real(value); }
    std::string operator()(const std::string& value) const { return toml_string(value); }
    std::string operator()(const std::vector<std::string>& values) const {
        std::string out = "[";
        for (const std::string& value : values) out += (out.size() > 1 ? ", " : "") + toml_string(value);
        return out + ']';
    }
};

/// "limits" and "seconds" of "limits.seconds"; the table is empty for a key at the top.
std::pair<std::string_view, std::string_view> split_key(std::string_view key) {
    const auto dot = key.rfind('.');
    if (dot == std::string_view::npos) return {{}, key};
    return {key.substr(0, dot), key.substr(dot + 1)};
}

template <class Keep>
std::string write_toml(const std::map<std::string, ResolvedOptions::Entry, std::less<>>& entries, Keep keep) {
    std::map<std::string_view, std::string> tables;  // "" first: keys at the top must precede any table
    for (const auto& [key, entry] : entries) {
        if (!keep(entry.option)) continue;
        const auto [table, name] = split_key(key);
        tables[table] += fmt::format("{} = {}\n", name, toml_literal(entry.value));
    }
    std::string out;
    for (const auto& [table, lines] : tables) {
        if (!table.empty()) out += fmt::format("{}[{}]\n", out.empty() ? "" : "\n", table);
        out += lines;
    }
    return out;
}

std::string range_text(const Option& option) {
    std::string text;
    for (const std::string& choice : option.choices) text += (text.empty() ? ": " : ", ") + choice;
    const bool low = std::isfinite(option.minimum);
    const bool high = std::isfinite(option.maximum);
    if (low && high) return text + fmt::format(", {} to {}", shortest(option.minimum), shortest(option.maximum));
    if (low) return text + fmt::format(", at least {}", shortest(option.minimum));
    if (high) return text + fmt::format(", at most {}", shortest(option.maximum));
    return text;
}

[[noreturn]] void wrong_use(std::string_view key, OptionType wanted) {
    throw std::logic_error(fmt::format("option '{}' is not {} of this table", key, to_string(wanted)));
}

}  // namespace

std::string_view to_string(OptionType type) {
    switch (type) {
        case OptionType::boolean:
            return "a boolean";
        case OptionType::integer:
            return "an integer";
        case OptionType::real:
            return "a number";
        case OptionType::text:
            return "a string";
        case OptionType::text_list:
            return "a list of strings";
    }
    return "unknown";
}

std::string flag_name(std::string_view key) { return "--" + replace_all(key, "._", '-'); }

std::string environment_name(std::string_view key) {
    std::string name = "ATOLL_" + replace_all(key, ".-", '_');
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return name;
}

OptionTable::OptionTable(std::vector<Option> options) {
    for (Option& option : options) add(std::move(option));
}

void OptionTable::add(Option option) {
    const auto table = split_key(option.key).first;
    if (option.key.empty() || find(option.key) != nullptr || is_table(option.key) || find(table) != nullptr) {
        throw std::logic_error(fmt::format("option '{}' is listed twice, or as a key and as a table", option.key));
    }
    for (const Option& other : options_) {
        if (flag_name(other.key) == flag_name(option.key)) {
            throw std::logic_error(fmt::format("options '{}' and '{}' share a flag", other.key, option.key));
        }
    }
    if (!option.required()) option_value::check_default(option);
    options_.push_back(std::move(option));
}

const Option* OptionTable::find(std::string_view key) const {
    const auto found =
        std::find_if(options_.begin(), options_.end(), [&](const Option& option) { return option.key == key; });
    return found == options_.end() ? nullptr : &*found;
}

std::vector<std::string> OptionTable::keys() const {
    std::vector<std::string> keys;
    keys.reserve(options_.size());
    for (const Option& option : options_) keys.push_back(option.key);
    return keys;
}

bool OptionTable::is_table(std::string_view path) const {
    return std::any_of(options_.begin(), options_.end(), [&](const Option& option) {
        return option.key.size() > path.size() && option.key.compare(0, path.size(), path) == 0 &&
               option.key[path.size()] == '.';
    });
}

std::string OptionTable::to_markdown() const {
    std::vector<const Option*> sorted;
    for (const Option& option : options_) sorted.push_back(&option);
    std::sort(sorted.begin(), sorted.end(), [](const Option* a, const Option* b) { return a->key < b->key; });
    std::string out = "| key | type | default | unit | meaning |\n|---|---|---|---|---|\n";
    for (const Option* option : sorted) {
        const std::string default_text = option->required() ? "required" : "`" + option->default_text + "`";
        out += fmt::format("| `{}` | {}{} | {} | {} | {} |\n", option->key, to_string(option->type),
                           range_text(*option), default_text, option->unit, option->description);
    }
    return out;
}

std::string toml_literal(const OptionValue& value) { return std::visit(LiteralWriter{}, value); }

const ResolvedOptions::Entry& ResolvedOptions::entry(std::string_view key) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) throw std::logic_error(fmt::format("option '{}' is not in the table", key));
    return found->second;
}

bool ResolvedOptions::boolean(std::string_view key) const {
    if (const auto* value = std::get_if<bool>(&entry(key).value)) return *value;
    wrong_use(key, OptionType::boolean);
}

std::int64_t ResolvedOptions::integer(std::string_view key) const {
    if (const auto* value = std::get_if<std::int64_t>(&entry(key).value)) return *value;
    wrong_use(key, OptionType::integer);
}

double ResolvedOptions::real(std::string_view key) const {
    if (const auto* value = std::get_if<double>(&entry(key).value)) return *value;
    wrong_use(key, OptionType::real);
}

const std::string& ResolvedOptions::text(std::string_view key) const {
    if (const auto* value = std::get_if<std::string>(&entry(key).value)) return *value;
    wrong_use(key, OptionType::text);
}

const std::vector<std::string>& ResolvedOptions::texts(std::string_view key) const {
    if (const auto* value = std::get_if<std::vector<std::string>>(&entry(key).value)) return *value;
    wrong_use(key, OptionType::text_list);
}

const std::string& ResolvedOptions::source(std::string_view key) const { return entry(key).source; }

std::string ResolvedOptions::to_toml() const {
    return write_toml(entries_, [](const Option&) { return true; });
}

std::string ResolvedOptions::content_toml() const {
    return write_toml(entries_, [](const Option& option) { return option.in_content_hash; });
}

std::string ResolvedOptions::show() const {
    std::size_t key_width = 3;
    std::size_t value_width = 5;
    for (const auto& [key, entry] : entries_) {
        key_width = std::max(key_width, key.size());
        value_width = std::max(value_width, toml_literal(entry.value).size());
    }
    std::string out = fmt::format("{:<{}}  {:<{}}  {}\n", "key", key_width, "value", value_width, "from");
    for (const auto& [key, entry] : entries_) {
        out +=
            fmt::format("{:<{}}  {:<{}}  {}\n", key, key_width, toml_literal(entry.value), value_width, entry.source);
    }
    return out;
}

}  // namespace atl
