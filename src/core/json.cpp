// SPDX-License-Identifier: Apache-2.0
// JSON: reading through nlohmann's strict parser into our own value, writing by hand.
#include "atoll/core/json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "atoll/core/error.hpp"
#include "atoll/core/number.hpp"

namespace atl {
namespace {

constexpr std::size_t deepest_nesting = 256;

std::string_view kind_name(const Json& value) {
    if (value.is_null()) return "null";
    if (value.is_bool()) return "a boolean";
    if (value.is_integer()) return "an integer";
    if (value.is_number()) return "a number";
    if (value.is_string()) return "a string";
    return value.is_array() ? "an array" : "an object";
}

[[noreturn]] void wrong_kind(std::string_view wanted, const Json& value) {
    throw InputError(fmt::format("JSON: expected {}, found {}", wanted, kind_name(value)));
}

/// Length of the well-formed UTF-8 sequence at the front (RFC 3629), or 0.
std::size_t utf8_sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool surrogate = first == 0xED && byte(1) > 0x9F;
    const bool beyond_unicode = first == 0xF4 && byte(1) > 0x8F;
    return overlong || surrogate || beyond_unicode ? 0 : length;
}

void write_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t length = utf8_sequence_length(text);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c == '\r') {
            out += "\\r";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        } else if (length == 0) {
            out += "\xEF\xBF\xBD";  // U+FFFD: bytes that are no UTF-8 must not make the document unreadable
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

void write_double(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    const std::string text = shortest(value);
    out += text;
    if (text.find_first_of(".e") == std::string::npos) out += ".0";  // stays a double when read back
}

class Writer {
public:
    explicit Writer(int indent) : indent_(indent) {}

    void write(const Json& value, int depth) {
        if (value.is_null()) {
            out_ += "null";
        } else if (value.is_bool()) {
            out_ += value.as_bool() ? "true" : "false";
        } else if (value.is_integer()) {
            out_ += std::to_string(value.as_integer());
        } else if (value.is_number()) {
            write_double(out_, value.as_double());
        } else if (value.is_string()) {
            write_string(out_, value.as_string());
        } else if (value.is_array()) {
            write_array(value.as_array(), depth);
        } else {
            write_object(value.as_object(), depth);
        }
    }
    std::string take() { return std::move(out_); }

private:
    void write_array(const Json::Array& array, int depth) {
        out_ += '[';
        bool first = true;
        for (const Json& item : array) {
            separate(first, depth + 1);
            write(item, depth + 1);
        }
        close(first, depth, ']');
    }
    void write_object(const Json::Object& object, int depth) {
        out_ += '{';
        bool first = true;
        for (const auto& [name, member] : object) {
            separate(first, depth + 1);
            write_string(out_, name);
            out_ += indent_ < 0 ? ":" : ": ";
            write(member, depth + 1);
        }
        close(first, depth, '}');
    }
    void separate(bool& first, int depth) {
        if (!first) out_ += ',';
        first = false;
        break_line(depth);
    }
    void close(bool empty, int depth, char bracket) {
        if (!empty) break_line(depth);
        out_ += bracket;
    }
    void break_line(int depth) {
        if (indent_ < 0) return;
        out_ += '\n';
        out_.append(static_cast<std::size_t>(depth) * static_cast<std::size_t>(indent_), ' ');
    }

    std::string out_;
    int indent_;
};

/// An array or object whose end has not been read yet.
struct OpenContainer {
    bool is_object = false;
    Json::Array items;
    Json::Object members;
    std::unordered_set<std::string> names;  ///< of `members`, to find a second one of the same name at once

    Json close() { return is_object ? Json(std::move(members)) : Json(std::move(items)); }
};

/// Builds our value from the parser's events; `open_` holds the containers around the current place, outermost first.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit Builder(std::string_view name) : name_(name) {}

    bool null() override { return place(nullptr); }
    bool boolean(bool value) override { return place(value); }
    bool number_integer(number_integer_t value) override { return place(static_cast<std::int64_t>(value)); }
    bool number_unsigned(number_unsigned_t value) override {
        if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
            return place(static_cast<double>(value));
        }
        return place(static_cast<std::int64_t>(value));
    }
    bool number_float(number_float_t value, const string_t& /*text*/) override { return place(value); }
    bool string(string_t& value) override { return place(std::move(value)); }
    bool binary(binary_t& /*value*/) override { return false; }  // cannot occur in text
    bool start_object(std::size_t /*size*/) override { return open(true); }
    bool start_array(std::size_t /*size*/) override { return open(false); }
    bool key(string_t& name) override {
        if (!open_.back().names.insert(name).second) {
            throw InputError(fmt::format("{}: member '{}' occurs twice", name_, name));
        }
        open_.back().members.emplace_back(std::move(name), Json());
        return true;
    }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t position, const std::string& /*token*/,
                     const nlohmann::json::exception& error) override {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: ..."
        const std::string_view text = error.what();
        const auto tail = text.find("] ");
        throw InputError(fmt::format("{}: byte {}: {}", name_, position,
                                     tail == std::string_view::npos ? text : text.substr(tail + 2)));
    }

    Json take() { return std::move(root_); }

private:
    bool open(bool is_object) {
        if (open_.size() == deepest_nesting) {
            throw InputError(fmt::format("{}: nested more than {} deep", name_, deepest_nesting));
        }
        open_.emplace_back();
        open_.back().is_object = is_object;
        return true;
    }
    bool close() {
        Json closed = open_.back().close();
        open_.pop_back();
        return place(std::move(closed));
    }
    bool place(Json value) {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (open_.back().is_object) {
            open_.back().members.back().second = std::move(value);
        } else {
            open_.back().items.push_back(std::move(value));
        }
        return true;
    }

    std::string_view name_;
    Json root_;
    std::vector<OpenContainer> open_;
};

}  // namespace

bool Json::as_bool() const {
    if (!is_bool()) wrong_kind("a boolean", *this);
    return std::get<bool>(value_);
}

std::int64_t Json::as_integer() const {
    if (!is_integer()) wrong_kind("an integer", *this);
    return std::get<std::int64_t>(value_);
}

double Json::as_double() const {
    if (is_integer()) return static_cast<double>(std::get<std::int64_t>(value_));
    if (!is_number()) wrong_kind("a number", *this);
    return std::get<double>(value_);
}

const std::string& Json::as_string() const {
    if (!is_string()) wrong_kind("a string", *this);
    return std::get<std::string>(value_);
}

const Json::Array& Json::as_array() const {
    if (!is_array()) wrong_kind("an array", *this);
    return std::get<Array>(value_);
}

const Json::Object& Json::as_object() const {
    if (!is_object()) wrong_kind("an object", *this);
    return std::get<Object>(value_);
}

const Json& Json::operator[](std::string_view member) const {
    static const Json null;
    for (const auto& [name, value] : as_object()) {
        if (name == member) return value;
    }
    return null;
}

void Json::set(std::string member, Json value) {
    if (is_null()) value_ = Object{};
    if (!is_object()) wrong_kind("an object", *this);
    auto& members = std::get<Object>(value_);
    for (auto& [name, old] : members) {
        if (name == member) {
            old = std::move(value);
            return;
        }
    }
    members.emplace_back(std::move(member), std::move(value));
}

void Json::push_back(Json value) {
    if (is_null()) value_ = Array{};
    if (!is_array()) wrong_kind("an array", *this);
    std::get<Array>(value_).push_back(std::move(value));
}

std::string Json::dump(int indent) const {
    Writer writer(indent);
    writer.write(*this, 0);
    return writer.take();
}

Json parse_json(std::string_view text, std::string_view name) {
    Builder builder(name);
    if (!nlohmann::json::sax_parse(text, &builder)) throw InputError(fmt::format("{}: not a JSON document", name));
    return builder.take();
}

}  // namespace atl
