// SPDX-License-Identifier: Apache-2.0
// What a judge says of one candidate: a value, never an exception.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atl {

/// `infrastructure` is the machine's fault and never counts against a candidate.
enum class VerdictKind : std::uint8_t {
    ok = 0,
    wrong = 1,
    compile_error = 2,
    crashed = 3,
    timeout = 4,
    out_of_memory = 5,
    forbidden = 6,
    cheated = 7,
    infrastructure = 8,
};

struct Verdict {
    VerdictKind kind = VerdictKind::ok;
    std::string reason;  ///< stable code in snake_case, empty for a plain ok ("circles_overlap")
    /// One sentence for people, with the place ("circles 3 and 7 overlap by 1.2e-9"); of a program that does not
    /// compile or throws, further lines may follow: what the compiler said, where it passed.
    std::string text;

    bool ok() const { return kind == VerdictKind::ok; }
    /// The sentence alone.
    std::string_view line() const { return std::string_view(text).substr(0, text.find('\n')); }
    bool operator==(const Verdict&) const = default;
};

std::string_view to_string(VerdictKind kind);
std::optional<VerdictKind> parse_verdict_kind(std::string_view text);

}  // namespace atl
