// SPDX-License-Identifier: Apache-2.0
// Blocks matched against the parent's lines, and made where the place is a region.
#include "evolve/model/diff_reply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "atoll/core/clean_text.hpp"
#include "evolve/model/change_blocks.hpp"
#include "evolve/model/code_text.hpp"
#include "evolve/model/file_names.hpp"
#include "evolve/model/reply_text.hpp"

namespace atl::evolve::model {
namespace {

constexpr std::size_t most_blocks = 64, longest_shown = 80;

enum class Closeness : std::uint8_t { same, same_but_ends, same_but_blanks };

std::string normal(std::string_view line, Closeness closeness) {
    if (closeness == Closeness::same) return std::string(line);
    const std::size_t last = line.find_last_not_of(" \t\r");
    line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
    if (closeness == Closeness::same_but_ends) return std::string(line);
    std::string kept;
    for (const char c : line) {
        if (c != ' ' && c != '\t') kept += c;
    }
    return kept;
}

/// A file's text and which bytes of it may change. Invariant: regions are in order and lie within the text.
struct EditedFile {
    std::string text;
    std::vector<std::pair<std::size_t, std::size_t>> regions;

    bool may_change(std::size_t begin, std::size_t end) const {
        return std::any_of(regions.begin(), regions.end(),
                           [&](const auto& each) { return each.first <= begin && end <= each.second; });
    }

    void replace(std::size_t begin, std::size_t end, std::string_view fresh) {
        text.replace(begin, end - begin, fresh);
        for (auto& [first, last] : regions) {
            if (first <= begin && end <= last) {
                last = last + fresh.size() - (end - begin);
            } else if (first >= end) {
                first = first + fresh.size() - (end - begin);
                last = last + fresh.size() - (end - begin);
            }
        }
    }
};

/// Bytes to replace, and by what.
struct Change {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string fresh;
};

std::vector<EditedFile> editable(const ParentProgram& parent) {
    std::vector<EditedFile> files;
    for (const RegionFile& file : parent.files()) {
        EditedFile edited;
        for (std::size_t i = 0; i < file.around.size(); ++i) {
            edited.text += file.around[i];
            if (i == file.regions.size()) break;
            const std::size_t begin = edited.text.size();
            edited.text += file.regions[i];
            edited.regions.emplace_back(begin, edited.text.size());
        }
        files.push_back(std::move(edited));
    }
    return files;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& each : lines) text += each + "\n";
    return text;
}

/// Blank lines at both ends say nothing about the place.
std::vector<std::string> without_blank_ends(std::vector<std::string> lines) {
    while (!lines.empty() && is_blank(lines.back())) lines.pop_back();
    while (!lines.empty() && is_blank(lines.front())) lines.erase(lines.begin());
    return lines;
}

/// Places of a block in one file.
class Matching {
public:
    Matching(const EditedFile& file, const ChangeBlock& block)
        : file_(file), block_(block), lines_(lines_of(file.text)) {
        std::size_t at = 0;
        for (const std::string_view line : lines_) {
            begins_.push_back(at);
            at += line.size() + 1;
        }
        begins_.push_back(file.text.size());
    }

    /// The changes that the block may mean, at the closest level that has any.
    std::vector<Change> run() {
        std::vector<Change> changes = by_lines(block_.search, block_.replace, Closeness::same);
        if (!changes.empty() || block_.exact) return changes;
        const std::vector<std::string> search = without_blank_ends(block_.search);
        const std::vector<std::string> replace = without_blank_ends(block_.replace);
        for (const Closeness level : {Closeness::same, Closeness::same_but_ends}) {
            changes = by_lines(search, replace, level);
            if (!changes.empty()) return changes;
        }
        if (search.size() == 1) changes = within_lines(search.front(), replace);
        if (changes.empty()) changes = by_lines(search, replace, Closeness::same_but_blanks);
        return changes;
    }

private:
    std::vector<Change> by_lines(const std::vector<std::string>& search, const std::vector<std::string>& replace,
                                 Closeness level) const {
        std::vector<std::string> wanted, given;
        for (const std::string& each : search) wanted.push_back(normal(each, level));
        for (const std::string_view each : lines_) given.push_back(normal(each, level));
        std::vector<Change> changes;
        for (auto at = given.begin(); !wanted.empty(); ++at) {
            at = std::search(at, given.end(), wanted.begin(), wanted.end());
            if (at == given.end()) break;
            changes.push_back(change(static_cast<std::size_t>(at - given.begin()), wanted, replace, level));
        }
        return changes;
    }

    /// Lines at both ends that stay as they are, are left out of it: they may stand outside of regions.
    Change change(std::size_t first, const std::vector<std::string>& wanted, std::vector<std::string> replace,
                  Closeness level) const {
        std::size_t count = wanted.size(), before = 0, behind = 0;
        while (before < std::min(count, replace.size()) && normal(replace[before], level) == wanted[before]) ++before;
        while (behind < std::min(count, replace.size()) - before &&
               normal(replace[replace.size() - 1 - behind], level) == wanted[count - 1 - behind]) {
            ++behind;
        }
        std::string shift;
        bool deeper = true;
        if (level == Closeness::same_but_blanks) {
            const std::string_view found = lines_[first];
            const std::string_view own = found.substr(0, found.find_first_not_of(" \t"));
            const std::string_view said = indentation_of(block_.search.empty() ? std::string_view{} : first_line());
            deeper = own.size() >= said.size();
            shift = deeper ? own.substr(said.size()) : said.substr(own.size());
        }
        std::vector<std::string> fresh(replace.begin() + static_cast<std::ptrdiff_t>(before),
                                       replace.end() - static_cast<std::ptrdiff_t>(behind));
        for (std::string& each : fresh) {
            if (is_blank(each)) continue;
            if (deeper) {
                each.insert(0, shift);
            } else if (each.size() >= shift.size() && is_blank(each.substr(0, shift.size()))) {
                each.erase(0, shift.size());
            }
        }
        Change change{begins_[first + before], begins_[first + count - behind], joined(fresh)};
        if (change.end == file_.text.size() && !file_.text.ends_with('\n') && change.end > change.begin &&
            !change.fresh.empty()) {
            change.fresh.pop_back();  // the file's last line has no line end
        }
        return change;
    }

    std::string_view first_line() const {
        for (const std::string& each : block_.search) {
            if (!is_blank(each)) return each;
        }
        return {};
    }

    std::vector<Change> within_lines(std::string_view search, const std::vector<std::string>& replace) const {
        std::vector<Change> changes;
        const std::string_view wanted = trimmed(search);
        std::string fresh;
        for (const std::string& each : replace) fresh += (fresh.empty() ? "" : "\n") + each;
        const std::string_view kept = trimmed(fresh);
        for (std::size_t at = file_.text.find(wanted); at != std::string::npos; at = file_.text.find(wanted, at + 1)) {
            changes.push_back({at, at + wanted.size(), std::string(kept)});
        }
        return changes;
    }

    const EditedFile& file_;
    const ChangeBlock& block_;
    std::vector<std::string_view> lines_;
    std::vector<std::size_t> begins_;
};

class DiffReply {
public:
    explicit DiffReply(const ParentProgram& parent) : parent_(parent), files_(editable(parent)) {}

    ParsedReply read(const std::vector<ChangeBlock>& blocks) {
        if (blocks.size() > most_blocks) {
            return refusal("diff_too_long", fmt::format("the reply has {} blocks; at most {} are read, so write one "
                                                        "larger block instead",
                                                        blocks.size(), most_blocks));
        }
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            if (auto refused = make(blocks[i], i + 1)) return *std::move(refused);
        }
        std::vector<std::vector<std::string>> regions;
        for (const EditedFile& file : files_) {
            regions.emplace_back();
            for (const auto& [begin, end] : file.regions)
                regions.back().push_back(file.text.substr(begin, end - begin));
        }
        return parent_.child(regions);
    }

private:
    std::optional<ParsedReply> make(const ChangeBlock& block, std::size_t number) {
        const std::string where = fmt::format("block {}", number);
        if (!block.divided) {
            return refusal("diff_incomplete",
                           where +
                               ": there is no line of ======= between the old and the new lines, or the reply "
                               "ended before it");
        }
        const auto first = std::find_if(block.search.begin(), block.search.end(),
                                        [](const std::string& line) { return !is_blank(line); });
        if (first == block.search.end()) {
            return refusal("diff_empty_search",
                           where +
                               ": the lines to search for are empty; copy some lines of the program, and repeat "
                               "them in the replacement to add to them");
        }
        const std::string shown = clean_text(trimmed(*first), longest_shown);
        std::vector<std::size_t> targets;
        if (!block.file.empty() && files_.size() > 1) {
            const auto file = file_named(parent_.files(), block.file);
            if (!file) return refusal("no_such_file", where + ": " + no_such_file(parent_.files(), block.file));
            targets.push_back(*file);
        } else {
            for (std::size_t i = 0; i < files_.size(); ++i) targets.push_back(i);
        }
        std::vector<std::pair<std::size_t, Change>> allowed, all;
        for (const std::size_t file : targets) {
            for (Change& change : Matching(files_[file], block).run()) {
                if (files_[file].may_change(change.begin, change.end)) allowed.emplace_back(file, change);
                all.emplace_back(file, std::move(change));
            }
        }
        if (all.empty()) {
            return refusal("diff_matches_nothing",
                           fmt::format("{}: the lines to search for, which begin with '{}', are not in the program; "
                                       "copy them from it as they are",
                                       where, shown));
        }
        if (allowed.empty()) {
            return refusal("diff_outside_regions",
                           fmt::format("{}: '{}' stands outside of what may change; change only lines between "
                                       "EVOLVE-BLOCK-START and EVOLVE-BLOCK-END",
                                       where, shown));
        }
        if (allowed.size() > 1 && block.line != 0) keep_nearest(allowed, block.line);
        if (allowed.size() > 1) {
            return refusal("diff_ambiguous",
                           fmt::format("{}: '{}' stands in {} places; search for more lines around it", where, shown,
                                       allowed.size()));
        }
        const Change& change = allowed.front().second;
        files_[allowed.front().first].replace(change.begin, change.end, change.fresh);
        return std::nullopt;
    }

    /// A unified diff says where; of several places that line is meant, when it is one of them.
    void keep_nearest(std::vector<std::pair<std::size_t, Change>>& changes, std::size_t line) const {
        for (const auto& each : changes) {
            const std::string_view before = std::string_view(files_[each.first].text).substr(0, each.second.begin);
            if (static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1 < line) continue;
            changes = {each};
            return;
        }
    }

    const ParentProgram& parent_;
    std::vector<EditedFile> files_;
};

std::vector<ChangeBlock> changes_of(std::string_view reply, problems::Language language) {
    std::vector<ChangeBlock> blocks = search_replace_blocks(reply, language);
    if (blocks.empty()) blocks = unified_hunks(reply, language);
    return blocks;
}

}  // namespace

bool holds_changes(std::string_view reply, problems::Language language) { return !changes_of(reply, language).empty(); }

ParsedReply read_diff_reply(const ParentProgram& parent, std::string_view reply) {
    const std::vector<ChangeBlock> blocks = changes_of(reply, parent.language());
    ParsedReply parsed = DiffReply(parent).read(blocks);
    if (parsed.text || parsed.reason != "diff_matches_nothing" || !has_entities(reply) ||
        has_entities(parent.bytes())) {
        return parsed;
    }
    ParsedReply decoded = DiffReply(parent).read(changes_of(without_entities(reply), parent.language()));
    return decoded.text ? decoded : parsed;
}

}  // namespace atl::evolve::model
