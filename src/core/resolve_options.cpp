// SPDX-License-Identifier: Apache-2.0
// Defaults < file < environment < flags, each key and value checked where it stands.
#include <fmt/format.h>

#include <algorithm>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/core/options.hpp"
#include "core/option_value.hpp"

// POSIX declares it nowhere
extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace atl {
namespace {

using Entries = std::map<std::string, ResolvedOptions::Entry, std::less<>>;

std::string_view last_part(std::string_view key) { return key.substr(key.rfind('.') + 1); }

/// The hint for an unknown key: the nearest key, or the one that bears its name inside another table.
std::string key_hint(const OptionTable& table, const std::string& key) {
    const auto keys = table.keys();
    if (const auto near = nearest_name(key, keys)) return fmt::format("; did you mean '{}'?", *near);
    std::vector<std::string> names;
    names.reserve(keys.size());
    for (const std::string& known : keys) names.emplace_back(last_part(known));
    const auto near = nearest_name(last_part(key), names);
    if (!near) return {};
    const auto index = std::find(names.begin(), names.end(), *near) - names.begin();
    return fmt::format("; did you mean '{}'?", keys[static_cast<std::size_t>(index)]);
}

std::string table_hint(const OptionTable& table, const std::string& path) {
    std::vector<std::string> tables;
    for (const Option& option : table.options()) {
        for (auto dot = option.key.find('.'); dot != std::string::npos; dot = option.key.find('.', dot + 1)) {
            tables.push_back(option.key.substr(0, dot));
        }
    }
    return did_you_mean(path, tables);
}

void take_file(const OptionTable& table, const JobFile& file, Entries& entries) {
    for (const toml_text::Entry& given : toml_text::parse(file.text, file.name)) {
        const std::string place = fmt::format("{}:{}", file.name, given.line);
        const bool opens_table = std::holds_alternative<toml_text::TableOpening>(given.value);
        if (table.is_table(given.key)) {
            if (opens_table) continue;
            throw InputError(
                fmt::format("{}: '{}' must be a table, not {}", place, given.key, toml_text::kind_of(given.value)));
        }
        const Option* option = table.find(given.key);
        if (option == nullptr) {
            throw InputError(fmt::format("{}:{}: unknown {} '{}'{}", place, given.column, opens_table ? "table" : "key",
                                         given.key,
                                         opens_table ? table_hint(table, given.key) : key_hint(table, given.key)));
        }
        entries[given.key] = {*option, option_value::from_toml(*option, given.value, place), place};
    }
}

void take_environment(const OptionTable& table, const EnvironmentMap& environment,
                      const std::vector<std::string>& other_names, Entries& entries) {
    std::vector<std::string> names;
    for (const Option& option : table.options()) names.push_back(environment_name(option.key));
    for (const auto& [name, value] : environment) {
        if (name.rfind("ATOLL_", 0) != 0) continue;
        const auto found = std::find(names.begin(), names.end(), name);
        if (found != names.end()) {
            const Option& option = table.options()[static_cast<std::size_t>(found - names.begin())];
            entries[option.key] = {option, option_value::from_text(option, value, name), name};
        } else if (std::find(other_names.begin(), other_names.end(), name) == other_names.end()) {
            std::vector<std::string> known = names;
            known.insert(known.end(), other_names.begin(), other_names.end());
            throw InputError(fmt::format("unknown environment variable '{}'{}", name, did_you_mean(name, known)));
        }
    }
}

void take_flags(const OptionTable& table, const FlagValues& flags, Entries& entries) {
    std::vector<std::string> names;
    for (const Option& option : table.options()) names.push_back(flag_name(option.key));
    for (const auto& [name, value] : flags) {
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end()) {
            throw InputError(fmt::format("unknown flag '{}'{}", name, did_you_mean(name, names)));
        }
        const Option& option = table.options()[static_cast<std::size_t>(found - names.begin())];
        entries[option.key] = {option, option_value::from_text(option, value, name), name};
    }
}

[[noreturn]] void missing(const Option& option, const std::optional<JobFile>& file) {
    const std::string message = fmt::format("required key '{}' ({}) is missing", option.key, to_string(option.type));
    if (file) throw InputError(fmt::format("{}: {}", file->name, message));
    throw InputError(fmt::format("{}: give a job file that has it, or {}", message, flag_name(option.key)));
}

}  // namespace

ResolvedOptions resolve_options(const OptionTable& table, const std::optional<JobFile>& file,
                                const EnvironmentMap& environment, const FlagValues& flags,
                                const std::vector<std::string>& other_environment_names) {
    Entries entries;
    for (const Option& option : table.options()) {
        if (!option.required()) entries[option.key] = {option, option_value::from_default(option), "default"};
    }
    if (file) take_file(table, *file, entries);
    take_environment(table, environment, other_environment_names, entries);
    take_flags(table, flags, entries);
    for (const Option& option : table.options()) {
        if (entries.find(option.key) == entries.end()) missing(option, file);
    }
    return ResolvedOptions(std::move(entries));
}

EnvironmentMap process_environment() {
    EnvironmentMap variables;
    for (char** line = environ; line != nullptr && *line != nullptr; ++line) {
        const std::string_view text = *line;
        const auto equals = text.find('=');
        if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

}  // namespace atl
