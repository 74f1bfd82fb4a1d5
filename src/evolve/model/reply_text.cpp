// SPDX-License-Identifier: Apache-2.0
// Fences, thoughts and entities in replies.
#include "evolve/model/reply_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "evolve/model/code_text.hpp"

namespace atl::evolve::model {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> entities = {
    {{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&apos;", "'"}, {"&nbsp;", " "}, {"&amp;", "&"}}};

struct FenceMark {
    char sign = '`';
    std::size_t length = 0;
    std::size_t place = 0;  ///< in the line
    std::string_view info;  ///< the rest of the line
};

/// The run of fence signs that begins at `place`; length 0 when it is too short.
FenceMark mark_at(std::string_view line, std::size_t place) {
    FenceMark mark{line[place], 0, place, {}};
    std::size_t end = line.find_first_not_of(mark.sign, place);
    if (end == std::string_view::npos) end = line.size();
    if (end - place < 3) return mark;
    mark.length = end - place;
    mark.info = trimmed(line.substr(end));
    return mark;
}

/// A fence at the beginning of the line, blanks and signs of lists and quotes aside.
std::optional<FenceMark> leading_mark(std::string_view line) {
    const std::size_t place = line.find_first_not_of(" \t>*-");
    if (place == std::string_view::npos || (line[place] != '`' && line[place] != '~')) return std::nullopt;
    const FenceMark mark = mark_at(line, place);
    return mark.length == 0 ? std::nullopt : std::optional(mark);
}

bool is_word(std::string_view text) {
    return text.size() <= 12 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
                      c == '#' || c == '_';
           });
}

/// A fence that opens behind words: "Here it is: ```cpp".
std::optional<FenceMark> trailing_mark(std::string_view line) {
    const std::size_t place = line.find("```");
    if (place == std::string_view::npos || place == 0) return std::nullopt;
    const FenceMark mark = mark_at(line, place);
    return is_word(mark.info) ? std::optional(mark) : std::nullopt;
}

/// The fences of a reply, line by line.
class FenceReader {
public:
    explicit FenceReader(std::string_view reply) : lines_(lines_of(reply)) {}

    std::vector<Passage> run() {
        for (const std::string_view line : lines_) {
            if (open_) {
                read_inside(line);
            } else {
                read_outside(line);
            }
        }
        if (open_) end(false);
        return std::move(found_);
    }

private:
    void read_outside(std::string_view line) {
        std::optional<FenceMark> mark = leading_mark(line);
        if (!mark) mark = trailing_mark(line);
        if (!mark) {
            if (!is_blank(line)) before_ = line;
            return;
        }
        if (const std::size_t end = mark->info.find(std::string(mark->length, mark->sign));
            end != std::string_view::npos) {
            Passage passage{std::string(mark->info.substr(0, end)), {}, std::string(before_), true, true};
            passage.text += '\n';
            found_.push_back(std::move(passage));  // all on one line
            return;
        }
        const std::string_view words = line.substr(0, mark->place);
        if (trimmed(words).size() > 2) {  // more than the sign of a list
            before_ = words;
            mark->place = 0;
        }
        begin(*mark);
    }

    void read_inside(std::string_view line) {
        if (const auto mark = leading_mark(line); mark && mark->sign == open_->sign && mark->length >= open_->length) {
            if (mark->info.empty()) return end(true);
            if (mark->length == open_->length && is_word(mark->info.substr(0, mark->info.find(' ')))) {
                end(false);
                return begin(*mark);
            }
        }
        const std::string_view tail = trimmed(line);
        const std::string sign(open_->length, open_->sign);
        if (tail.size() > sign.size() && tail.ends_with(sign) && tail.find(open_->sign) == tail.size() - sign.size()) {
            add(line.substr(0, line.rfind(sign)));
            return end(true);
        }
        add(line);
    }

    void begin(const FenceMark& mark) {
        open_ = mark;
        passage_ = {{}, std::string(mark.info), std::string(before_), true, true};
    }

    void add(std::string_view line) {
        // the fence's own indentation is not the code's
        std::size_t skipped = 0;
        while (skipped < open_->place && skipped < line.size() && (line[skipped] == ' ' || line[skipped] == '\t')) {
            ++skipped;
        }
        passage_.text += line.substr(skipped);
        passage_.text += '\n';
    }

    void end(bool closed) {
        passage_.closed = closed;
        found_.push_back(std::move(passage_));
        passage_ = {};
        before_ = {};
        open_.reset();
    }

    std::vector<std::string_view> lines_;
    std::string_view before_;
    std::optional<FenceMark> open_;
    Passage passage_;
    std::vector<Passage> found_;
};

}  // namespace

std::string without_thoughts(std::string_view reply) {
    if (reply.starts_with("\xEF\xBB\xBF")) reply.remove_prefix(3);
    std::string text = with_line_feeds(reply);
    for (const auto& [begin, end] : {std::pair<std::string_view, std::string_view>{"<think>", "</think>"},
                                     std::pair<std::string_view, std::string_view>{"<thinking>", "</thinking>"}}) {
        const std::size_t last = text.rfind(end);
        if (last != std::string::npos) {
            const std::size_t first = text.find(begin);
            const std::size_t from = first < last && !is_blank(std::string_view(text).substr(0, first)) ? first : 0;
            text.erase(from, last + end.size() - from);
        }
        const std::size_t open = text.find(begin);
        if (open != std::string::npos && !is_blank(std::string_view(text).substr(0, open))) text.resize(open);
    }
    return text;
}

std::vector<Passage> fences_of(std::string_view reply) { return FenceReader(reply).run(); }

std::string without_entities(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const auto found = std::find_if(entities.begin(), entities.end(),
                                        [&](const auto& each) { return text.starts_with(each.first); });
        result += found == entities.end() ? text.substr(0, 1) : found->second;
        text.remove_prefix(found == entities.end() ? 1 : found->first.size());
    }
    return result;
}

bool has_entities(std::string_view text) {
    return std::any_of(entities.begin(), entities.end(),
                       [&](const auto& each) { return text.find(each.first) != std::string_view::npos; });
}

bool is_prose(std::string_view line) {
    line = trimmed(line);
    if (line.empty() || line.find_first_of(";{}=#@\\") != std::string_view::npos || line.starts_with("//")) {
        return false;
    }
    const auto words = std::count(line.begin(), line.end(), ' ') + 1;
    const bool letter = (line.front() >= 'A' && line.front() <= 'Z') || (line.front() >= 'a' && line.front() <= 'z') ||
                        line.starts_with("**") || line.starts_with("- ");
    if (!letter || line.starts_with("import ") || line.starts_with("from ")) return false;
    return line.back() == '.' || line.back() == '!' ? words >= 3 : words >= 4 && line.back() != ':';
}

}  // namespace atl::evolve::model
