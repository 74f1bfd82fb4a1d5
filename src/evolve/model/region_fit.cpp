// SPDX-License-Identifier: Apache-2.0
// Which text of a reply goes into which region.
#include "evolve/model/region_fit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>

#include "evolve/model/code_text.hpp"
#include "evolve/program_text/program_text.hpp"

namespace atl::evolve::model {
namespace {

using problems::Language;
using Names = std::vector<std::string>;

bool has(const Names& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::size_t shared(const Names& left, const Names& right) {
    return static_cast<std::size_t>(
        std::count_if(left.begin(), left.end(), [&](const std::string& each) { return has(right, each); }));
}

bool is_marker(std::string_view line) {
    return line.find("EVOLVE-BLOCK-START") != std::string_view::npos ||
           line.find("EVOLVE-BLOCK-END") != std::string_view::npos;
}

std::string without_markers(std::string_view code) {
    std::string kept;
    for (const std::string_view line : lines_of(code)) {
        if (is_marker(line)) continue;
        kept += line;
        kept += '\n';
    }
    return kept;
}

/// The regions between markers in the code; none when it has no markers, or they do not pair.
std::vector<std::string> marked_regions(std::string_view code, Language language) {
    if (code.find("EVOLVE-BLOCK-START") == std::string_view::npos) return {};
    const program_text::ProgramText text(code, language);
    std::vector<std::string> regions;
    if (text.problem() || (text.regions().size() == 1 && text.regions().front().begin == 0)) return regions;
    for (const program_text::Span& each : text.regions()) regions.emplace_back(text.view(each));
    return regions;
}

Fit refuse(std::string reason, std::string error) {
    Fit none;
    none.reason = std::move(reason);
    none.error = std::move(error);
    return none;
}

class Fitting {
public:
    Fitting(const RegionFile& file, Language language) : file_(file), language_(language) {
        for (const std::string& region : file.regions) {
            region_names_.push_back(names_of(definitions(region, language)));
            for (const std::string& name : region_names_.back()) {
                if (!has(wanted_, name)) wanted_.push_back(name);
            }
        }
        outside_ = names_of(definitions(without_markers(joined_around()), language));
    }

    Fit run(std::string_view code, bool fenced) {
        Fit fit = place(code, fenced);
        if (fit.regions.empty()) return fit;
        Names defined;
        for (const std::string& region : fit.regions) {
            for (std::string& name : names_of(definitions(region, language_))) defined.push_back(std::move(name));
        }
        if (shared(wanted_, defined) < wanted_.size()) {
            fit.whole = false;
            fit.defined = std::min(fit.defined, shared(wanted_, defined));
        }
        return fit;
    }

private:
    std::string joined_around() const {
        std::string all;
        for (const std::string& each : file_.around) all += each;
        return all;
    }

    Fit place(std::string_view code, bool fenced) {
        if (file_.marked) {
            const std::vector<std::string> marked = marked_regions(code, language_);
            if (!marked.empty()) return place_marked(marked);
        }
        const std::string plain = without_markers(code);
        if (file_.regions.size() == 1) return place_in_one(plain, fenced);
        return place_definitions(plain);
    }

    Fit place_marked(const std::vector<std::string>& marked) {
        Fit fit;
        fit.regions = file_.regions;
        if (marked.size() == file_.regions.size()) {
            fit.regions = marked;
            Names all;
            for (const std::string& each : marked) {
                for (std::string& name : names_of(definitions(each, language_))) all.push_back(std::move(name));
            }
            fit.defined = shared(wanted_, all);
            fit.whole = fit.defined == wanted_.size();
            if (fit.defined == 0 && !wanted_.empty()) return refuse_without_names();
            return fit;
        }
        std::set<std::size_t> used;
        for (const std::string& each : marked) {
            const Names names = names_of(definitions(each, language_));
            for (std::size_t i = 0; i < region_names_.size(); ++i) {
                const std::size_t count = shared(region_names_[i], names);
                if (count == 0 || !used.insert(i).second) continue;
                fit.regions[i] = each;
                fit.defined += count;
                break;
            }
        }
        if (used.empty()) {
            return refuse("regions_differ",
                          fmt::format("the program has {} parts between EVOLVE-BLOCK-START and EVOLVE-BLOCK-END, the "
                                      "reply has {}; keep all marker lines as they are",
                                      file_.regions.size(), marked.size()));
        }
        fit.whole = fit.defined == wanted_.size();
        return fit;
    }

    Fit refuse_without_names() const {
        return refuse("reply_without_program",
                      fmt::format("the reply has no code that defines {}(); reply with the program in one fence, "
                                  "under the same names",
                                  fmt::join(wanted_, "(), ")));
    }

    /// The code without its first lines that stand outside of regions in the parent, and without definitions of what is
    /// defined there.
    std::string own_part(std::string code) const {
        if (!file_.marked) return code;
        std::set<std::string_view> known;
        for (const std::string_view line : lines_of(file_.before)) known.insert(trimmed(line));
        std::size_t begin = 0;
        while (begin < code.size()) {
            const std::size_t end = line_end(code, begin);
            const std::string_view line = trimmed(std::string_view(code).substr(begin, end - begin));
            if (!line.empty() && !known.contains(line)) break;
            begin = end;
        }
        code.erase(0, begin);
        std::vector<Definition> found = definitions(code, language_);
        std::reverse(found.begin(), found.end());  // so that places before stay what they are
        for (const Definition& each : found) {
            if (!has(outside_, each.name) || has(wanted_, each.name)) continue;
            code.erase(each.begin, each.end - each.begin);
        }
        while (!code.empty() && is_blank(std::string_view(code).substr(line_begin(code, code.size() - 1)))) {
            code.erase(line_begin(code, code.size() - 1));
        }
        if (!code.empty() && code.back() != '\n') code += '\n';
        return code;
    }

    /// `body`: whole lines. The blanks next to the markers stay as they are in the parent.
    std::string as_region(std::size_t region, std::string_view body) const {
        if (!file_.marked) return std::string(body);
        const std::string_view old = file_.regions[region];
        const std::size_t feed = old.find('\n');
        if (feed == std::string_view::npos) return fmt::format(" {} ", trimmed(body));  // all on one line
        const std::string_view last = old.substr(old.rfind('\n') + 1);
        return fmt::format("{}{}{}", old.substr(0, feed + 1), body, is_blank(last) ? last : std::string_view{});
    }

    std::string moved(std::size_t region, std::string_view body) const {
        const std::string_view old = file_.regions[region];
        const std::size_t feed = old.find('\n');
        const std::string_view inside = feed == std::string_view::npos ? old : old.substr(feed + 1);
        return language_ == Language::python && file_.marked ? indented(body, indentation_of(inside))
                                                             : std::string(body);
    }

    Fit place_in_one(const std::string& code, bool fenced) {
        if (wanted_.empty()) return place_statements(code, fenced);
        const std::string body = own_part(code);
        const Names names = names_of(definitions(body, language_));
        Fit fit;
        fit.defined = shared(wanted_, names);
        fit.whole = fit.defined == wanted_.size();
        if (fit.defined == 0) return refuse_without_names();
        if (!fit.whole) return place_definitions(body);
        fit.regions = {as_region(0, moved(0, body))};
        return fit;
    }

    /// Of a region that defines nothing.
    Fit place_statements(const std::string& code, bool fenced) {
        const std::string before = without_markers(file_.around.front());
        const std::string behind = without_markers(file_.around.back());
        const Names names = names_of(definitions(code, language_));
        Fit fit;
        fit.whole = true;
        if (shared(outside_, names) > 0) {
            const auto body = between(code, before, behind);
            if (!body) {
                return refuse("regions_not_found",
                              "the part to change can not be told from the rest of the reply; keep the lines with "
                              "EVOLVE-BLOCK-START and EVOLVE-BLOCK-END");
            }
            fit.regions = {as_region(0, *body)};
            return fit;
        }
        if (!fenced || is_blank(code)) {
            return refuse("reply_without_program", "the reply has no program; put the whole program into one fence");
        }
        fit.regions = {as_region(0, moved(0, own_part(code)))};
        return fit;
    }

    /// The lines of the code between the last line of `before` and the first of `behind`, where each occurs once.
    static std::optional<std::string> between(std::string_view code, std::string_view before, std::string_view behind) {
        std::vector<std::string_view> lines = lines_of(code);
        const auto outer = [](std::string_view text, bool last) {
            std::string_view found;
            for (const std::string_view line : lines_of(text)) {
                if (is_blank(line)) continue;
                found = trimmed(line);
                if (!last) break;
            }
            return found;
        };
        const std::string_view first = outer(before, true), last = outer(behind, false);
        std::size_t begin = 0, end = lines.size();
        if (!first.empty()) {
            std::size_t found = 0;
            for (std::size_t i = 0; i < lines.size(); ++i) {
                if (trimmed(lines[i]) != first) continue;
                begin = i + 1;
                ++found;
            }
            if (found != 1) return std::nullopt;
        }
        if (!last.empty()) {
            for (end = lines.size(); end > begin && trimmed(lines[end - 1]) != last;) --end;
            if (end <= begin) return std::nullopt;
            --end;
        }
        std::string body;
        for (std::size_t i = begin; i < end; ++i) {
            body += lines[i];
            body += '\n';
        }
        return body;
    }

    /// Each definition of the code, with what stands before it, in place of the parent's of that name.
    Fit place_definitions(const std::string& given) {
        const std::string code = own_part(given);
        Fit fit;
        fit.regions = file_.regions;
        std::string pending;  // what belongs to the next definition that has a place
        std::size_t at = 0;
        std::optional<std::size_t> last;
        for (const Definition& each : definitions(code, language_)) {
            std::string segment = code.substr(at, each.end - at);
            at = each.end;
            std::size_t region = 0;
            while (region < region_names_.size() && !has(region_names_[region], each.name)) ++region;
            if (region == region_names_.size()) {
                pending += segment;
                continue;
            }
            replace(fit.regions[region], each.name, pending + segment);
            pending.clear();
            last = region;
            ++fit.defined;
        }
        if (!last) return refuse_without_names();
        if (!is_blank(pending)) fit.regions[*last] = with_more(fit.regions[*last], pending);
        fit.defined = std::min(fit.defined, wanted_.size());
        fit.whole = fit.defined == wanted_.size();
        return fit;
    }

    void replace(std::string& region, const std::string& name, std::string_view segment) const {
        for (const Definition& old : definitions(region, language_)) {
            if (old.name != name) continue;
            const std::size_t begin = line_begin(region, old.begin);
            const std::string_view indentation =
                indentation_of(std::string_view(region).substr(begin, old.end - begin));
            std::size_t first = 0;  // blank lines around stay the parent's
            while (first < segment.size() && is_blank(segment.substr(first, line_end(segment, first) - first))) {
                first = line_end(segment, first);
            }
            const std::string fresh = language_ == Language::python
                                          ? indented(segment.substr(first), std::string(indentation))
                                          : std::string(segment.substr(first));
            const bool own_line = is_blank(std::string_view(region).substr(begin, old.begin - begin));
            const std::size_t from = own_line ? begin : old.begin;
            region.replace(from, old.end - from, fresh);
            return;
        }
    }

    std::string with_more(std::string region, std::string_view more) const {
        const std::size_t last = region.find_last_not_of(" \t");
        const std::size_t place = last == std::string::npos ? region.size() : last + 1;
        const std::string_view inside = std::string_view(region).substr(std::min(region.size(), region.find('\n') + 1));
        region.insert(
            place, (language_ == Language::python ? indented(more, indentation_of(inside)) : std::string(more) + "\n"));
        return region;
    }

    const RegionFile& file_;
    Language language_;
    std::vector<Names> region_names_;
    Names wanted_, outside_;
};

}  // namespace

Fit fit(const RegionFile& file, std::string_view code, Language language, bool fenced) {
    if (file.regions.empty()) {
        return refuse("outside_regions", fmt::format("nothing in {} may change", file.name));
    }
    return Fitting(file, language).run(code, fenced);
}

}  // namespace atl::evolve::model
