// SPDX-License-Identifier: Apache-2.0
// Conversion and checks of one option's value.
#include "core/option_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <system_error>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/core/number.hpp"

namespace atl::option_value {
namespace {

[[noreturn]] void wrong_type(const Option& option, std::string_view found, std::string_view place) {
    throw InputError(fmt::format("{}: '{}' must be {}, not {}", place, option.key, to_string(option.type), found));
}

std::string allowed_range(const Option& option) {
    const bool low = std::isfinite(option.minimum);
    const bool high = std::isfinite(option.maximum);
    if (low && high) return fmt::format("between {} and {}", shortest(option.minimum), shortest(option.maximum));
    return low ? "at least " + shortest(option.minimum) : "at most " + shortest(option.maximum);
}

void check_range(const Option& option, double value, const std::string& shown, std::string_view place) {
    if (value >= option.minimum && value <= option.maximum) return;
    throw InputError(fmt::format("{}: '{}' must be {}, not {}", place, option.key, allowed_range(option), shown));
}

void check_choice(const Option& option, const std::string& value, std::string_view place) {
    if (option.choices.empty() ||
        std::find(option.choices.begin(), option.choices.end(), value) != option.choices.end()) {
        return;
    }
    std::string choices;
    for (const std::string& choice : option.choices) choices += (choices.empty() ? "'" : ", '") + choice + "'";
    throw InputError(fmt::format("{}: '{}' must be one of {}, not '{}'{}", place, option.key, choices, value,
                                 did_you_mean(value, option.choices)));
}

/// Shapes that hold for a value however it was written.
OptionValue checked(const Option& option, OptionValue value, std::string_view place) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        check_range(option, static_cast<double>(*integer), std::to_string(*integer), place);
    } else if (const auto* real = std::get_if<double>(&value)) {
        if (std::isnan(*real) || (std::isinf(*real) && !option.allow_infinite)) {
            throw InputError(
                fmt::format("{}: '{}' must be a finite number, not {}", place, option.key, shortest(*real)));
        }
        check_range(option, *real, shortest(*real), place);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
        check_choice(option, *text, place);
    } else if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
        for (const std::string& item : *texts) check_choice(option, item, place);
    }
    return value;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    if (trimmed(text).empty()) return items;
    for (;;) {
        const auto comma = text.find(',');
        items.emplace_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos) return items;
        text.remove_prefix(comma + 1);
    }
}

toml_text::Value parse_literal(std::string_view literal, std::string_view place) {
    return toml_text::parse(fmt::format("value = {}\n", literal), place).at(0).value;
}

}  // namespace

OptionValue from_toml(const Option& option, const toml_text::Value& value, std::string_view place) {
    OptionValue converted;
    if (option.type == OptionType::boolean && std::holds_alternative<bool>(value)) {
        converted = std::get<bool>(value);
    } else if (option.type == OptionType::integer && std::holds_alternative<std::int64_t>(value)) {
        converted = std::get<std::int64_t>(value);
    } else if (option.type == OptionType::real && std::holds_alternative<double>(value)) {
        converted = std::get<double>(value);
    } else if (option.type == OptionType::real && std::holds_alternative<std::int64_t>(value)) {
        converted = static_cast<double>(std::get<std::int64_t>(value));
    } else if (option.type == OptionType::text && std::holds_alternative<std::string>(value)) {
        converted = std::get<std::string>(value);
    } else if (option.type == OptionType::text_list && std::holds_alternative<std::vector<std::string>>(value)) {
        converted = std::get<std::vector<std::string>>(value);
    } else {
        wrong_type(option, toml_text::kind_of(value), place);
    }
    return checked(option, std::move(converted), place);
}

OptionValue from_text(const Option& option, std::string_view text, std::string_view place) {
    const std::string found = fmt::format("'{}'", text);
    switch (option.type) {
        case OptionType::boolean:
            if (text != "true" && text != "false") wrong_type(option, found, place);
            return text == "true";
        case OptionType::integer: {
            std::int64_t value = 0;
            const char* end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, value);
            if (error != std::errc{} || stop != end) wrong_type(option, found, place);
            return checked(option, value, place);
        }
        case OptionType::real: {
            const auto value = parse_number(text);
            if (!value) wrong_type(option, found, place);
            return checked(option, *value, place);
        }
        case OptionType::text:
            return checked(option, std::string(text), place);
        case OptionType::text_list:
            if (!text.empty() && text.front() == '[') return from_toml(option, parse_literal(text, place), place);
            return checked(option, split_list(text), place);
    }
    wrong_type(option, found, place);
}

OptionValue from_default(const Option& option) {
    return from_toml(option, parse_literal(option.default_text, "default"), "default");
}

void check_default(const Option& option) {
    try {
        from_default(option);
    } catch (const InputError& error) {
        throw std::logic_error(fmt::format("option '{}': {}", option.key, error.what()));
    }
}

}  // namespace atl::option_value
