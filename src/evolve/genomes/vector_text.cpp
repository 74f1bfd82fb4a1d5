// SPDX-License-Identifier: Apache-2.0
// The text form of the genome "vector": a strict, bounded reader of candidate files, and the exact writer.
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/number.hpp"
#include "atoll/evolve/vector_genome.hpp"

namespace atl::evolve {
namespace {

constexpr std::size_t max_depth = 8;
constexpr std::size_t max_token_shown = 40;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Walks over one text and keeps the line for messages.
class VectorTextReader {
public:
    VectorTextReader(std::string_view text, std::string_view name) : text_(text), name_(name) {}

    std::vector<double> read() {
        if (text_.size() > vector_text_max_bytes) {
            fail(fmt::format("the file holds {} bytes; at most {} are read", text_.size(), vector_text_max_bytes));
        }
        skip_space();
        if (at_end()) fail("no coordinates found; write numbers separated by spaces or commas, or a JSON array");
        if (peek() == '[') {
            read_json();
        } else {
            read_plain();
        }
        return std::move(x_);
    }

private:
    bool at_end() const { return position_ >= text_.size(); }
    char peek() const { return text_[position_]; }
    void advance() {
        if (text_[position_] == '\n') ++line_;
        ++position_;
    }
    void skip_space() {
        while (!at_end() && is_space(peek())) advance();
    }

    [[noreturn]] void fail(const std::string& message) const {
        throw InputError(fmt::format("{}:{}: {}", name_, line_, message));
    }

    void add(std::string_view token) {
        if (x_.size() == vector_text_max_coordinates) {
            fail(fmt::format("more than {} coordinates", vector_text_max_coordinates));
        }
        x_.push_back(number(token));
    }

    double number(std::string_view token) const {
        const std::optional<double> value = parse_number(token);
        if (!value) fail(fmt::format("'{}' is no decimal or hexadecimal number of binary64", printable(token)));
        return *value;
    }

    static std::string printable(std::string_view token) {
        std::string shown;
        for (const char c : token.substr(0, max_token_shown)) shown += (c >= ' ' && c <= '~') ? c : '?';
        return token.size() > max_token_shown ? shown + "..." : shown;
    }

    std::string_view token_until(std::string_view stops) {
        const std::size_t begin = position_;
        while (!at_end() && !is_space(peek()) && stops.find(peek()) == std::string_view::npos) advance();
        return text_.substr(begin, position_ - begin);
    }

    void read_plain() {
        bool comma_before = true;  // no comma may come first
        while (true) {
            skip_space();
            if (at_end()) break;
            if (peek() == '#') {
                while (!at_end() && peek() != '\n') advance();
            } else if (peek() == ',') {
                if (comma_before) fail("a comma stands where a number is expected");
                comma_before = true;
                advance();
            } else {
                add(token_until(",#"));
                comma_before = false;
            }
        }
        if (x_.empty()) fail("no coordinates found; write numbers separated by spaces or commas, or a JSON array");
        if (comma_before) fail("the text ends with a comma");
    }

    /// value := '[' [value (',' value)*] ']' | number | '"' number '"'; depth is bounded, so no recursion is needed.
    void read_json() {
        std::size_t depth = 0;
        bool value_expected = true;
        bool may_close = false;  // right after '[' or a value
        do {
            skip_space();
            if (at_end()) fail("the array is not closed; ']' is missing");
            const char c = peek();
            if (c == ']' && may_close) {
                advance();
                --depth;
                value_expected = false;
            } else if (value_expected && c == '[') {
                if (++depth > max_depth) fail(fmt::format("arrays are nested deeper than {}", max_depth));
                advance();
                may_close = true;
                continue;
            } else if (value_expected) {
                read_json_number(c);
                value_expected = false;
            } else if (c == ',') {
                advance();
                value_expected = true;
                may_close = false;
                continue;
            } else {
                fail(fmt::format("',' or ']' is expected, but there is '{}'", printable(text_.substr(position_, 1))));
            }
            may_close = true;
        } while (depth > 0);
        skip_space();
        if (!at_end()) fail(fmt::format("'{}' follows the array", printable(text_.substr(position_, 1))));
        if (x_.empty()) fail("the array holds no coordinates");
    }

    void read_json_number(char first) {
        if (first != '"') {
            add(token_until(",[]\""));
            return;
        }
        advance();
        const std::string_view token = token_until(",[]\"");
        if (at_end() || peek() != '"') fail("a string must hold exactly one number");
        advance();
        add(token);
    }

    std::string_view text_;
    std::string_view name_;
    std::size_t position_ = 0;
    std::size_t line_ = 1;
    std::vector<double> x_;
};

}  // namespace

std::vector<double> parse_vector_text(std::string_view text, std::string_view name) {
    return VectorTextReader(text, name).read();
}

std::string write_vector_text(std::span<const double> x, std::size_t row_length) {
    const std::size_t per_row = row_length == 0 ? 1 : row_length;
    std::string text;
    for (std::size_t i = 0; i < x.size(); ++i) {
        text += hex_float(x[i]);
        text += (i + 1) % per_row == 0 || i + 1 == x.size() ? '\n' : ' ';
    }
    return text;
}

}  // namespace atl::evolve
