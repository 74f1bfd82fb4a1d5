// SPDX-License-Identifier: Apache-2.0
// One table of options behind job files, environment variables, flags, --help, docs and the archive.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace atl {

enum class OptionType : std::uint8_t { boolean, integer, real, text, text_list };

/// "a boolean", "an integer", "a number", "a string", "a list of strings": as messages say it.
std::string_view to_string(OptionType type);

/// One row of the table.
struct Option {
    std::string key;  ///< "seed" or "limits.seconds": the table's path and the key in a job file
    OptionType type = OptionType::text;
    std::string default_text;  ///< a TOML literal ("180.0", "\"ring\"", "[]"); empty: the option is required
    double minimum = -std::numeric_limits<double>::infinity();  ///< inclusive; integer and real
    double maximum = std::numeric_limits<double>::infinity();   ///< inclusive; integer and real
    std::vector<std::string> choices;                           ///< text and each item of text_list; empty: any
    std::string unit;                                           ///< "seconds"; empty for a plain number
    std::string description;                                    ///< one sentence
    bool in_content_hash = true;                                ///< false for what must not change a run's content hash
    bool allow_infinite = false;                                ///< real: inf is a value ("no limit"); NaN never is

    bool required() const { return default_text.empty(); }
};

/// "--limits-seconds" for "limits.seconds": '.' and '_' become '-'.
std::string flag_name(std::string_view key);
/// "ATOLL_LIMITS_SECONDS" for "limits.seconds".
std::string environment_name(std::string_view key);

/// Invariant: keys are unique, no key is also a table ("limits" beside "limits.seconds"), defaults parse and lie in
/// range. A row that breaks it throws std::logic_error.
class OptionTable {
public:
    OptionTable() = default;
    explicit OptionTable(std::vector<Option> options);

    void add(Option option);

    const Option* find(std::string_view key) const;
    const std::vector<Option>& options() const { return options_; }
    std::vector<std::string> keys() const;
    /// True for "limits" when "limits.seconds" is an option.
    bool is_table(std::string_view path) const;

    /// A Markdown table, sorted by key: key, type and range, default, unit, meaning.
    std::string to_markdown() const;

private:
    std::vector<Option> options_;
};

using OptionValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;

/// A value as a canonical TOML literal: shortest round-trip numbers, basic strings.
std::string toml_literal(const OptionValue& value);

/// Every option of a table with its value and where that came from.
class ResolvedOptions {
public:
    struct Entry {
        Option option;
        OptionValue value;
        std::string source;  ///< "default", "job.toml:4", "ATOLL_SEED", "--seed"
    };

    explicit ResolvedOptions(std::map<std::string, Entry, std::less<>> entries) : entries_(std::move(entries)) {}

    /// Each throws std::logic_error when the key is not in the table or is of another type.
    bool boolean(std::string_view key) const;
    std::int64_t integer(std::string_view key) const;
    double real(std::string_view key) const;
    const std::string& text(std::string_view key) const;
    const std::vector<std::string>& texts(std::string_view key) const;

    const std::string& source(std::string_view key) const;
    /// Sorted by key.
    const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

    /// Canonical TOML, sorted tables and keys; resolves back to the same values.
    std::string to_toml() const;
    /// The same, of the options that the content hash covers only.
    std::string content_toml() const;
    /// The table of --show-config: key, value, where it came from.
    std::string show() const;

private:
    const Entry& entry(std::string_view key) const;
    std::map<std::string, Entry, std::less<>> entries_;
};

/// A job file already read: `name` is what messages call it.
struct JobFile {
    std::string name;
    std::string text;
};

using EnvironmentMap = std::map<std::string, std::string>;
/// ("--limits-seconds", "30"): lists as "a,b" or as a TOML array.
using FlagValues = std::vector<std::pair<std::string, std::string>>;

/// Defaults < file < ATOLL_* < flags. Pure: reads nothing from disk or environment.
/// Throws InputError with file:line (and column), variable or flag, and the nearest valid name.
/// `environment` may hold anything; names that start with ATOLL_ must be options or in `other_environment_names`.
ResolvedOptions resolve_options(const OptionTable& table, const std::optional<JobFile>& file,
                                const EnvironmentMap& environment, const FlagValues& flags,
                                const std::vector<std::string>& other_environment_names = {});

/// This process's environment, for resolve_options.
EnvironmentMap process_environment();

}  // namespace atl
