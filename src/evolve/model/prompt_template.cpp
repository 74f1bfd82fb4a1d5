// SPDX-License-Identifier: Apache-2.0
// Finding places, and filling them in.
#include "evolve/model/prompt_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "atoll/core/clean_text.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "evolve/model/code_text.hpp"

namespace atl::evolve::model {
namespace {

/// Bytes [begin, end) of the text, braces included.
struct Place {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string_view name;
};

std::optional<Place> next_place(std::string_view text, std::size_t from) {
    for (std::size_t begin = text.find("{{", from); begin != std::string_view::npos;
         begin = text.find("{{", begin + 1)) {
        const std::size_t end = text.find("}}", begin);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view name = trimmed(text.substr(begin + 2, end - begin - 2));
        const bool word = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
        if (word) return Place{begin, end + 2, name};
    }
    return std::nullopt;
}

std::string_view value_of(const PromptValues& values, std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string_view{} : std::string_view(found->second);
}

/// A section's lines, filled in.
class Section {
public:
    explicit Section(const PromptValues& values) : values_(values) {}

    void add(std::string_view line) {
        std::string filled;
        std::size_t at = 0;
        bool any = false;
        while (const auto place = next_place(line, at)) {
            const std::string_view value = value_of(values_, place->name);
            filled += line.substr(at, place->begin - at);
            filled += value;
            at = place->end;
            any = true;
        }
        filled += line.substr(at);
        has_places_ = has_places_ || any;
        if (any && is_blank(filled)) return;
        says_something_ = says_something_ || (!line.starts_with('#') && !is_blank(filled));
        while (any && filled.ends_with('\n')) filled.pop_back();
        lines_.push_back(std::move(filled));
    }

    void end(std::string& text) {
        if (!has_places_ || says_something_) {
            for (const std::string& line : lines_) {
                if (line.empty() && (text.empty() || text.ends_with("\n\n"))) continue;
                text += line;
                text += '\n';
            }
        }
        lines_.clear();
        has_places_ = says_something_ = false;
    }

private:
    const PromptValues& values_;
    std::vector<std::string> lines_;
    bool has_places_ = false;
    bool says_something_ = false;
};

}  // namespace

const std::vector<std::string>& placeholder_names() {
    static const std::vector<std::string> names = {
        "direction", "feedback", "files",    "hint",    "inspirations", "instructions", "language",
        "mate",      "metrics",  "mistakes", "program", "regions",      "score",        "statement",
    };
    return names;
}

void check_template(std::string_view text, std::string_view shown_name) {
    std::size_t number = 0;
    for (const std::string_view line : lines_of(text)) {
        ++number;
        if (clean_text(line) != line) {
            throw InputError(fmt::format("{}:{}: bytes that are no UTF-8 text", shown_name, number));
        }
        std::size_t at = 0;
        while (const auto place = next_place(line, at)) {
            const std::vector<std::string>& names = placeholder_names();
            if (std::find(names.begin(), names.end(), place->name) == names.end()) {
                throw InputError(fmt::format("{}:{}: unknown placeholder '{}'{}", shown_name, number, place->name,
                                             did_you_mean(place->name, names)));
            }
            at = place->end;
        }
    }
}

bool has_placeholder(std::string_view text, std::string_view name) {
    std::size_t at = 0;
    while (const auto place = next_place(text, at)) {
        if (place->name == name) return true;
        at = place->end;
    }
    return false;
}

std::string render(std::string_view text, const PromptValues& values) {
    std::string result;
    Section section(values);
    for (const std::string_view line : lines_of(text)) {
        if (line.starts_with('#')) section.end(result);
        section.add(line);
    }
    section.end(result);
    while (result.ends_with('\n')) result.pop_back();
    return result + "\n";
}

}  // namespace atl::evolve::model
