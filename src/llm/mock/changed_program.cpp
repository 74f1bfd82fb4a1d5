// SPDX-License-Identifier: Apache-2.0
// Numbers drawn, lines rewritten, and the pieces around them that a SEARCH/REPLACE block can name.
#include "llm/mock/changed_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <tuple>
#include <utility>

#include "atoll/core/number.hpp"
#include "llm/mock/literal_sites.hpp"

namespace atl::llm::mock {

namespace {

struct FileLines {
    std::vector<std::string_view> lines;
    std::vector<bool> editable;
    bool python = false;
};

FileLines lines_of(const ShownFile& file) {
    FileLines result;
    std::string_view rest = file.text;
    for (;;) {
        const auto end = rest.find('\n');
        result.lines.push_back(rest.substr(0, end));
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    result.editable = editable_lines(result.lines);
    result.python =
        file.language.empty() ? file.text.find("def ") != std::string::npos : file.language.starts_with("py");
    return result;
}

/// Relative sizes of a change lie between 0.0003 and 0.3, so that a search finds both its way and its end.
double factor(RandomStream& random) {
    const double scale = 0.3 * std::pow(10.0, -3.0 * random.uniform());
    return 1.0 + scale * random.normal();
}

std::string changed_decimal(std::string_view old, RandomStream& random) {
    double value = parse_number(old).value_or(1.0);
    if (value == 0) value = 1e-3;
    value = std::abs(value * factor(random));
    while (true) {
        std::string text = fmt::format("{:.9g}", value);
        if (text.find_first_of(".en") == std::string::npos) text += ".0";
        if (text != old && text.find('n') == std::string::npos) return text;
        if (!std::isfinite(value)) value = 1.0;
        value = value * 1.001 + 1e-9;
    }
}

std::string changed_integer(std::string_view old, RandomStream& random) {
    const double value = parse_number(old).value_or(100.0);
    std::string text = fmt::format("{:.0f}", std::max(100.0, std::round(value * factor(random))));
    if (text == old) text = fmt::format("{:.0f}", value + 1);
    return text;
}

std::string changed_number(std::string_view old, RandomStream& random) {
    const bool integer = old.find_first_not_of("0123456789") == std::string_view::npos;
    return integer ? changed_integer(old, random) : changed_decimal(old, random);
}

std::string joined(const std::vector<std::string>& lines, std::size_t begin, std::size_t end) {
    return fmt::format("{}", fmt::join(lines.begin() + static_cast<std::ptrdiff_t>(begin),
                                       lines.begin() + static_cast<std::ptrdiff_t>(end), "\n"));
}

bool occurs_once(std::string_view text, std::string_view part) {
    const auto first = text.find(part);
    return first != std::string_view::npos && text.find(part, first + 1) == std::string_view::npos;
}

/// Lines [first, last] and as many above, then below, as it takes to be found once.
std::pair<std::size_t, std::size_t> unique_range(std::string_view text, const FileLines& file, std::size_t first,
                                                 std::size_t last) {
    const auto part = [&] {
        const char* begin = file.lines[first].data();
        return std::string_view(begin,
                                static_cast<std::size_t>(file.lines[last].data() - begin) + file.lines[last].size());
    };
    while (first > 0 && file.editable[first - 1] && !occurs_once(text, part())) --first;
    while (last + 1 < file.lines.size() && file.editable[last + 1] && !occurs_once(text, part())) ++last;
    return {first, last};
}

/// The changed lines of one file as text and pieces.
void finish_file(std::size_t index, const ShownFile& shown, const FileLines& file,
                 const std::vector<std::string>& changed, ChangedProgram& program) {
    program.texts[index] = joined(changed, 0, changed.size());
    const std::vector<std::string> old(file.lines.begin(), file.lines.end());
    std::vector<std::pair<std::size_t, std::size_t>> ranges;  // of lines, apart from one another
    for (std::size_t i = 0; i < old.size(); ++i) {
        if (old[i] == changed[i]) continue;
        auto range = unique_range(shown.text, file, i, i);
        while (!ranges.empty() && ranges.back().second >= range.first) {
            range = {std::min(ranges.back().first, range.first), std::max(ranges.back().second, range.second)};
            ranges.pop_back();
        }
        ranges.push_back(range);
    }
    for (const auto& [first, last] : ranges) {
        program.pieces.push_back({index, joined(old, first, last + 1), joined(changed, first, last + 1)});
    }
}

/// A new number in the comment "variant N" of the last region's end.
void change_comment(const std::vector<ShownFile>& files, const std::vector<FileLines>& lines, RandomStream& random,
                    ChangedProgram& program) {
    for (std::size_t f = files.size(); f-- > 0;) {
        const FileLines& file = lines[f];
        const std::string mark = file.python ? "# variant " : "// variant ";
        std::size_t at = file.lines.size();
        for (std::size_t i = file.lines.size(); i-- > 0;) {
            if (!file.editable[i]) continue;
            if (at == file.lines.size() || file.lines[i].starts_with(mark)) at = i;
            if (file.lines[i].starts_with(mark)) break;
        }
        if (at == file.lines.size()) continue;
        std::vector<std::string> changed(file.lines.begin(), file.lines.end());
        const std::string comment = mark + std::to_string(random.below(1'000'000'000));
        changed[at] = file.lines[at].starts_with(mark) ? comment : changed[at] + "\n" + comment;
        finish_file(f, files[f], file, changed, program);
        return;
    }
}

}  // namespace

ChangedProgram change(const std::vector<ShownFile>& files, RandomStream& random) {
    struct Site {
        std::size_t file = 0;
        LiteralSite place;
    };
    ChangedProgram program;
    std::vector<FileLines> lines;
    std::vector<Site> sites;
    for (std::size_t f = 0; f < files.size(); ++f) {
        program.texts.push_back(files[f].text);
        lines.push_back(lines_of(files[f]));
        for (const LiteralSite& place : literal_sites(lines[f].lines, lines[f].editable, lines[f].python)) {
            sites.push_back({f, place});
        }
    }
    if (sites.empty()) {
        change_comment(files, lines, random, program);
        return program;
    }
    const double draw = random.uniform();
    const std::size_t count = std::min<std::size_t>(sites.size(), draw < 0.7 ? 1 : draw < 0.9 ? 2 : 3);
    for (std::size_t i = 0; i < count; ++i) {  // the first `count` of a shuffle
        std::swap(sites[i], sites[i + static_cast<std::size_t>(random.below(sites.size() - i))]);
    }
    sites.resize(count);
    // from the back, so that places before keep their offsets
    std::sort(sites.begin(), sites.end(), [](const Site& a, const Site& b) {
        return std::tie(a.file, a.place.line, a.place.begin) > std::tie(b.file, b.place.line, b.place.begin);
    });
    for (std::size_t f = 0; f < files.size(); ++f) {
        std::vector<std::string> changed(lines[f].lines.begin(), lines[f].lines.end());
        bool any = false;
        for (const Site& site : sites) {
            if (site.file != f) continue;
            const LiteralSite& place = site.place;
            const std::string_view old = lines[f].lines[place.line].substr(place.begin, place.end - place.begin);
            changed[place.line].replace(place.begin, place.end - place.begin, changed_number(old, random));
            any = true;
        }
        if (any) finish_file(f, files[f], lines[f], changed, program);
    }
    return program;
}

}  // namespace atl::llm::mock
