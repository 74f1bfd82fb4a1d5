// SPDX-License-Identifier: Apache-2.0
// Evaluation keys as text.
#include "atoll/core/ids.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace atl {
namespace {

/// Takes a decimal number off the front of `text`; `last` says that nothing may follow it, otherwise a slash must.
template <class Integer>
bool take_number(std::string_view& text, Integer& number, bool last) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop == text.data()) return false;
    const bool leading_zero = text.front() == '0' && stop - text.data() > 1;
    if (leading_zero) return false;  // one key, one spelling
    if (last) return stop == end;
    if (stop == end || *stop != '/') return false;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
    return true;
}

}  // namespace

std::string to_string(const EvaluationKey& key) {
    return fmt::format("{}/{}/{}/{}", key.island, key.step, key.slot, key.attempt);
}

std::optional<EvaluationKey> parse_evaluation_key(std::string_view text) {
    EvaluationKey key;
    if (take_number(text, key.island, false) && take_number(text, key.step, false) &&
        take_number(text, key.slot, false) && take_number(text, key.attempt, true)) {
        return key;
    }
    return std::nullopt;
}

}  // namespace atl
