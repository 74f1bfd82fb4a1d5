// SPDX-License-Identifier: Apache-2.0
// What a verifier is told and what it says, as binary64 numbers.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "atoll/core/error.hpp"
#include "atoll/evolve/verifier.hpp"

namespace atl::evolve {
namespace {

static_assert(std::endian::native == std::endian::little, "the numbers below are written as they lie in memory");

constexpr std::size_t longest_reason = 40, longest_name = 60, longest_text = 300, most_metrics = 64;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_of_reason(char c) { return is_lower_or_digit(c) || c == '_'; }
bool is_of_name(char c) { return is_of_reason(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '.'; }

template <class Predicate>
bool is_word(const std::string& word, std::size_t longest, Predicate allowed) {
    return !word.empty() && word.size() <= longest && std::all_of(word.begin(), word.end(), allowed);
}

void append_number(std::string& bytes, double value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Takes numbers from the front, and refuses to read past the end.
class Numbers {
public:
    explicit Numbers(std::string_view bytes) : bytes_(bytes) {
        if (bytes.size() % sizeof(double) != 0) throw InputError("what it left is no whole number of 8-byte values");
    }

    bool empty() const { return at_ == bytes_.size(); }

    double next() {
        double value = 0;
        if (bytes_.size() - at_ < sizeof value) throw InputError("what it left ends in the middle of a finding");
        std::memcpy(&value, bytes_.data() + at_, sizeof value);
        at_ += sizeof value;
        return value;
    }

    double finite(const std::string& what) {
        const double value = next();
        if (!std::isfinite(value)) throw InputError(what + " is not finite");
        return value;
    }

    std::size_t count(std::size_t most, const std::string& what) {
        const double value = next();
        if (!(value >= 0 && value <= static_cast<double>(most)) || value != std::floor(value)) {
            throw InputError(what + " must be a count of 0 to " + std::to_string(most));
        }
        return static_cast<std::size_t>(value);
    }

    /// Length, then one value a byte; what is not printable ASCII becomes a blank.
    std::string text(const std::string& what) {
        std::string word(count(longest_text, "the length of " + what), ' ');
        for (char& c : word) {
            const double value = next();
            if (value > ' ' && value <= '~' && value == std::floor(value)) c = static_cast<char>(value);
        }
        return word;
    }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

problems::Judgement parse_score(Numbers& numbers) {
    problems::Judgement judgement;
    const double score = numbers.finite("the score");
    judgement.score = {score, score};
    const std::size_t metrics = numbers.count(most_metrics, "the number of metrics");
    for (std::size_t i = 0; i < metrics; ++i) {
        std::string name = numbers.text("a metric's name");
        if (!is_word(name, longest_name, is_of_name)) {
            throw InputError("the metric's name '" + name +
                             "' is not made of 1 to 60 letters, digits, '_', '-' and '.'");
        }
        const double value = numbers.finite("the metric '" + name + "'");
        judgement.metrics.push_back({std::move(name), value, ""});
    }
    return judgement;
}

problems::Judgement parse_refusal(Numbers& numbers) {
    std::string reason = numbers.text("a reason code");
    if (!is_word(reason, longest_reason, is_of_reason)) {
        throw InputError("the reason code '" + reason + "' is not made of 1 to 40 characters a-z, 0-9 and '_'");
    }
    std::string text = numbers.text("a reason's text");
    return {{VerdictKind::wrong, std::move(reason), std::move(text)}, {}, {}};
}

}  // namespace

std::string encode_cases(std::span<const VerifierCase> cases) {
    std::string bytes;
    append_number(bytes, static_cast<double>(cases.size()));
    for (const VerifierCase& each : cases) {
        append_number(bytes, static_cast<double>(each.instance.size()));
        bytes += each.instance;
        bytes.resize((bytes.size() + sizeof(double) - 1) / sizeof(double) * sizeof(double));
        append_number(bytes, static_cast<double>(each.answer.size()));
        bytes.append(reinterpret_cast<const char*>(each.answer.data()), each.answer.size_bytes());
    }
    return bytes;
}

std::vector<problems::Judgement> parse_findings(std::string_view bytes, std::size_t count) {
    Numbers numbers(bytes);
    std::vector<problems::Judgement> judgements;
    while (judgements.size() < count) {
        const std::size_t kind = numbers.count(1, "a finding's kind");
        judgements.push_back(kind == 0 ? parse_score(numbers) : parse_refusal(numbers));
    }
    if (!numbers.empty()) throw InputError("it left more than one finding for each case");
    return judgements;
}

}  // namespace atl::evolve
