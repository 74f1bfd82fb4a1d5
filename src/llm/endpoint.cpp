// SPDX-License-Identifier: Apache-2.0
// Endpoints, keys and prices as users write them.
#include "atoll/llm/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <system_error>

#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/core/number.hpp"

namespace atl::llm {
namespace {

constexpr std::size_t most_concurrency = 65536;
constexpr std::uint64_t largest_key_file_bytes = std::uint64_t{1} << 16;
constexpr double dearest_usd_per_million_tokens = 1e4;
constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
        const auto end = text.find_first_of(blanks);
        words.push_back(text.substr(0, end));
        text.remove_prefix(words.back().size());
    }
    return words;
}

/// The URL without a slash at its end. What is wrong is told without the URL itself: it may hold a key.
std::string checked_url(std::string_view url) {
    const auto scheme_end = url.find("://");
    const std::string_view scheme = url.substr(0, scheme_end == std::string_view::npos ? 0 : scheme_end);
    if (scheme != "http" && scheme != "https") {
        throw InputError(
            "endpoint: it begins with the server's URL, http:// or https://, as in 'http://127.0.0.1:8000/v1 "
            "model=NAME'");
    }
    std::string_view rest = url.substr(scheme_end + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (authority.find('@') != std::string_view::npos) {
        throw InputError(
            "endpoint: the URL holds a user or password; give the key by key_environment=NAME or key_file=PATH");
    }
    if (rest.find_first_of("?#") != std::string_view::npos) {
        throw InputError("endpoint: the URL holds a query; give the key by key_environment=NAME or key_file=PATH");
    }
    if (authority.empty() || authority.front() == ':') throw InputError("endpoint: the URL names no host");
    for (const char c : url) {
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F) {
            throw InputError("endpoint: the URL holds a character that URLs do not have");
        }
    }
    while (url.back() == '/') url.remove_suffix(1);
    constexpr std::string_view path = "/chat/completions";
    if (url.ends_with(path)) url.remove_suffix(path.size());  // people paste the whole address
    return std::string(url);
}

double positive_number(std::string_view name, std::string_view text, bool zero_allowed) {
    const std::optional<double> number = parse_number(text);
    if (!number || !std::isfinite(*number) || *number < 0 || (*number == 0 && !zero_allowed)) {
        throw InputError(fmt::format("endpoint: {}={}: expected a number {} 0", name, text, zero_allowed ? ">=" : ">"));
    }
    return *number;
}

std::size_t checked_concurrency(std::string_view text) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number == 0 || number > most_concurrency) {
        throw InputError(
            fmt::format("endpoint: concurrency={}: expected a whole number from 1 to {}", text, most_concurrency));
    }
    return number;
}

void set_member(Endpoint& endpoint, std::string_view name, std::string_view value) {
    static const std::array<std::string, 7> names = {
        "model", "concurrency", "requests_per_minute", "tokens_per_minute", "weight", "key_environment", "key_file"};
    if (name == "key") {
        throw InputError("endpoint: a key is not written into a job; give it by key_environment=NAME or key_file=PATH");
    }
    if (std::find(names.begin(), names.end(), name) == names.end()) {
        throw InputError(fmt::format("endpoint: unknown word '{}'{}", name, did_you_mean(name, names)));
    }
    if (value.empty()) throw InputError(fmt::format("endpoint: {}= has no value", name));
    if (name == "model") endpoint.model = value;
    if (name == "concurrency") endpoint.concurrency = checked_concurrency(value);
    if (name == "requests_per_minute") endpoint.requests_per_minute = positive_number(name, value, true);
    if (name == "tokens_per_minute") endpoint.tokens_per_minute = positive_number(name, value, true);
    if (name == "weight") endpoint.weight = positive_number(name, value, false);
    if (name == "key_environment") endpoint.key_environment = value;
    if (name == "key_file") endpoint.key_file = value;
}

/// Fit for a header line: a line break in a key would let it write headers of its own.
std::string checked_key(std::string_view text, std::string_view source) {
    const std::string_view key = trimmed(text.substr(0, text.find('\n')));
    if (key.empty()) throw InputError(fmt::format("{}: holds no key", source));
    for (const char c : key) {
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F) {
            throw InputError(fmt::format("{}: the key holds a blank or a character that is not ASCII", source));
        }
    }
    return std::string(key);
}

std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    while (true) {
        const auto comma = line.find(',');
        fields.push_back(trimmed(line.substr(0, comma)));
        if (comma == std::string_view::npos) return fields;
        line.remove_prefix(comma + 1);
    }
}

}  // namespace

Endpoint parse_endpoint(std::string_view text) {
    const std::vector<std::string_view> words = words_of(text);
    if (words.empty()) throw InputError("endpoint: empty; it is written 'http://127.0.0.1:8000/v1 model=NAME'");
    Endpoint endpoint;
    endpoint.base_url = checked_url(words.front());
    std::vector<std::string_view> seen;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const auto equals = words[i].find('=');
        if (equals == std::string_view::npos) {
            // not repeated: a bare word may well be a key
            throw InputError(fmt::format("endpoint: word {} is not of the form NAME=VALUE", i + 1));
        }
        const std::string_view name = words[i].substr(0, equals);
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
            throw InputError(fmt::format("endpoint: {} is given twice", name));
        }
        seen.push_back(name);
        set_member(endpoint, name, words[i].substr(equals + 1));
    }
    if (endpoint.model.empty()) throw InputError("endpoint: it names no model; add model=NAME");
    if (!endpoint.key_file.empty() && !endpoint.key_file.starts_with('/')) {
        throw InputError(
            fmt::format("endpoint: key_file={} is a relative path; give it from / on, so that a resumed run finds it",
                        endpoint.key_file));
    }
    if (!endpoint.key_environment.empty() && !endpoint.key_file.empty()) {
        throw InputError("endpoint: key_environment and key_file are both given; keep one");
    }
    return endpoint;
}

namespace {

/// Values of variables that were taken out of the environment, by name.
std::map<std::string, std::string>& taken_variables() {
    static std::map<std::string, std::string> taken;
    return taken;
}

}  // namespace

void take_key_variables(const std::vector<Endpoint>& endpoints) {
    for (const Endpoint& endpoint : endpoints) {
        if (endpoint.key_environment.empty()) continue;
        char* value = std::getenv(endpoint.key_environment.c_str());
        if (value == nullptr) continue;
        taken_variables()[endpoint.key_environment] = value;
        explicit_bzero(value, std::strlen(value));  // the block that /proc shows is these very bytes
        unsetenv(endpoint.key_environment.c_str());
    }
}

std::string key_of(const Endpoint& endpoint) {
    if (!endpoint.key_environment.empty()) {
        const auto taken = taken_variables().find(endpoint.key_environment);
        const char* value =
            taken != taken_variables().end() ? taken->second.c_str() : std::getenv(endpoint.key_environment.c_str());
        if (value == nullptr) {
            throw InputError(fmt::format("the environment has no {}; set it to the key of {}", endpoint.key_environment,
                                         endpoint.base_url));
        }
        return checked_key(value, "environment variable " + endpoint.key_environment);
    }
    if (endpoint.key_file.empty()) return {};
    return checked_key(read_text_file(endpoint.key_file, largest_key_file_bytes), endpoint.key_file);
}

void read_keys(std::vector<Endpoint>& endpoints) {
    take_key_variables(endpoints);
    for (Endpoint& endpoint : endpoints) endpoint.key = key_of(endpoint);
}

std::vector<std::string> models_of(const std::vector<Endpoint>& endpoints) {
    std::vector<std::string> models;
    for (const Endpoint& endpoint : endpoints) {
        if (std::find(models.begin(), models.end(), endpoint.model) == models.end()) models.push_back(endpoint.model);
    }
    return models;
}

Prices parse_prices(std::string_view text, std::string_view name) {
    constexpr std::string_view header = "model,prompt_usd_per_million_tokens,completion_usd_per_million_tokens";
    Prices prices;
    bool has_header = false;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = trimmed(text.substr(0, text.find('\n')));
        text.remove_prefix(
            std::min(text.size(), text.find('\n') == std::string_view::npos ? text.size() : text.find('\n') + 1));
        if (line.empty() || line.front() == '#') continue;
        if (!has_header) {
            if (line != header) throw InputError(fmt::format("{}:{}: expected the header '{}'", name, number, header));
            has_header = true;
            continue;
        }
        const std::vector<std::string_view> fields = fields_of(line);
        if (fields.size() != 3 || fields[0].empty()) {
            throw InputError(fmt::format("{}:{}: expected a model and two prices, with commas between", name, number));
        }
        Price price;
        for (std::size_t i = 1; i < 3; ++i) {
            const std::optional<double> usd = parse_number(fields[i]);
            if (!usd || !std::isfinite(*usd) || *usd < 0 || *usd > dearest_usd_per_million_tokens) {
                throw InputError(
                    fmt::format("{}:{}: '{}' is no price in USD per million tokens", name, number, fields[i]));
            }
            (i == 1 ? price.prompt : price.completion) = *usd;
        }
        if (!prices.emplace(std::string(fields[0]), price).second) {
            throw InputError(fmt::format("{}:{}: model '{}' occurs twice", name, number, fields[0]));
        }
    }
    if (!has_header) throw InputError(fmt::format("{}: empty; its first line is '{}'", name, header));
    return prices;
}

}  // namespace atl::llm
