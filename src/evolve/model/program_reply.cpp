// SPDX-License-Identifier: Apache-2.0
// The one program among the fences of a reply.
#include "evolve/model/program_reply.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "atoll/core/clean_text.hpp"
#include "evolve/model/code_text.hpp"
#include "evolve/model/file_names.hpp"
#include "evolve/model/reply_text.hpp"
#include "evolve/program_text/program_text.hpp"

namespace atl::evolve::model {
namespace {

using Regions = std::vector<std::vector<std::string>>;  ///< by file

constexpr std::size_t most_fences = 256;  // of a reply of a megabyte; more are no program

/// Without a fence: from the first definition, with the lines before it that are code, to the last.
std::vector<Passage> unfenced(std::string_view text, problems::Language language) {
    const std::vector<Definition> found = definitions(text, language);
    if (found.empty()) return {};
    std::size_t begin = found.front().begin;
    while (begin > 0) {
        const std::size_t previous = line_begin(text, begin - 1);
        const std::string_view line = trimmed(text.substr(previous, begin - previous));
        const bool of_code = line.empty() || line.front() == '#' || line.starts_with("//") || line.starts_with("/*") ||
                             line.starts_with("using ") || line.starts_with("import ") || line.starts_with("from ") ||
                             line.starts_with("namespace ") || line.ends_with(';') || line.ends_with("*/");
        if (!of_code) break;
        begin = previous;
    }
    std::size_t end = line_end(text, found.back().end == 0 ? 0 : found.back().end - 1);
    while (end < text.size()) {  // markers, closing braces of namespaces, constants
        const std::size_t next = line_end(text, end);
        const std::string_view line = trimmed(text.substr(end, next - end));
        if (!line.empty() && line.front() != '#' && line.front() != '}' && !line.starts_with("//")) break;
        end = next;
    }
    Passage passage;
    passage.text = text.substr(begin, end - begin);
    passage.fenced = false;
    passage.closed = is_closed(passage.text, language);
    return {passage};
}

/// A fence without an end holds whatever was said after the code, too.
std::string without_last_prose(std::string_view code) {
    std::size_t end = code.size();
    while (end > 0) {
        const std::size_t begin = line_begin(code, end - 1);
        const std::string_view line = code.substr(begin, end - begin);
        if (!is_blank(line) && !is_prose(line)) break;
        end = begin;
    }
    return std::string(code.substr(0, end));
}

/// A passage that is a bundle, or several such, as one passage a file.
std::vector<Passage> without_bundles(std::vector<Passage> passages) {
    std::vector<Passage> files;
    for (Passage& each : passages) {
        if (each.text.find(program_text::file_line_mark) == std::string::npos) {
            files.push_back(std::move(each));
            continue;
        }
        Passage file = each;
        file.text.clear();
        const auto add = [&] {
            if (!is_blank(file.text)) files.push_back(file);
            file.text.clear();
        };
        for (const std::string_view line : lines_of(each.text)) {
            if (line.starts_with(program_text::file_line_mark)) {
                add();
                file.info = line.substr(program_text::file_line_mark.size());
                continue;
            }
            file.text += line;
            file.text += '\n';
        }
        add();
    }
    return files;
}

/// Where a passage fits.
struct Placed {
    std::size_t file = 0;
    Fit fit;
    bool closed = true;
};

/// Code that fits nowhere by itself.
struct Helper {
    std::string code;
    std::vector<std::string> names;  ///< what it defines
};

class ProgramReply {
public:
    ProgramReply(const ParentProgram& parent, std::string_view reply) : parent_(parent) {
        const bool bundled = reply.starts_with(program_text::file_line_mark) ||
                             reply.find("\n" + std::string(program_text::file_line_mark)) != std::string_view::npos;
        passages_ = fences_of(reply);
        if (passages_.empty() && bundled) {
            passages_.push_back(
                {std::string(reply.substr(reply.find(program_text::file_line_mark))), {}, {}, true, true});
        }
        if (passages_.empty()) passages_ = unfenced(reply, parent.language());
        passages_ = without_bundles(std::move(passages_));
        if (passages_.size() > most_fences) passages_.resize(most_fences);
    }

    ParsedReply read() {
        place_all();
        ParsedReply refused = refused_;
        if (placed_.empty()) return refused;
        if (parent_.files().size() == 1) {
            for (const Placed& each : placed_) {
                if (!each.fit.whole) continue;
                ParsedReply child = child_of({&each});
                if (child.text) return child;
                refused = std::move(child);
            }
        }
        if (auto all = joined()) return *std::move(all);
        const Placed* best = nullptr;
        for (const Placed& each : placed_) {
            if (best == nullptr || each.fit.defined >= best->fit.defined) best = &each;
        }
        if (best->fit.whole && !refused.reason.empty() && parent_.files().size() == 1) return refused;
        return child_of({best});
    }

    /// That read() would take a passage which is closed and whole, whatever follows.
    bool is_settled() {
        if (parent_.files().size() != 1) return false;
        place_all();
        return std::any_of(placed_.begin(), placed_.end(), [&](const Placed& each) {
            return each.fit.whole && each.closed && child_of({&each}).text.has_value();
        });
    }

private:
    void place_all() {
        for (const Passage& passage : passages_) place(passage);
        if (!placed_.empty() || !refused_.reason.empty()) return;
        refused_ = refusal("reply_without_program",
                           "the reply has no program; put the whole program into one fence that begins with ``` and "
                           "ends with ```");
    }

    void place(const Passage& passage) {
        std::string code = passage.closed ? passage.text : without_last_prose(passage.text);
        if (is_blank(code)) return;
        decode(code);
        if (!passage.closed && !is_closed(code, parent_.language())) {
            refuse(
                refusal("reply_cut", "the reply ended before the program did; write a shorter program and no words"));
            return;
        }
        Placed placed;
        placed.closed = passage.closed && passage.fenced;
        const std::vector<RegionFile>& files = parent_.files();
        if (files.size() == 1) {
            placed.fit = fit(files.front(), code, parent_.language(), passage.fenced);
            if (placed.fit.whole) add_helpers(placed, code);
        } else {
            const std::string name = name_of(passage, code);
            const auto file = name.empty() ? by_definitions(code) : file_named(files, name);
            if (!file) {
                refuse(name.empty() ? refusal("reply_names_no_file",
                                              "the program has several files; write 'File: NAME' in a line before "
                                              "each fence")
                                    : refusal("no_such_file", no_such_file(files, name)));
                return;
            }
            placed.file = *file;
            placed.fit = fit(files[*file], code, parent_.language(), passage.fenced);
        }
        if (placed.fit.regions.empty()) {
            std::vector<std::string> names = names_of(definitions(code, parent_.language()));
            if (!names.empty() && files.size() == 1) helpers_.push_back({std::move(code), std::move(names)});
            refuse(refusal(placed.fit.reason, placed.fit.error));
            return;
        }
        placed_.push_back(std::move(placed));
    }

    /// Functions from fences of their own before this one that it calls and does not define.
    void add_helpers(Placed& placed, const std::string& code) const {
        const std::vector<std::string> own = names_of(definitions(code, parent_.language()));
        std::string all;
        for (const Helper& helper : helpers_) {
            const bool called = std::all_of(helper.names.begin(), helper.names.end(), [&](const std::string& name) {
                return code.find(name + "(") != std::string::npos &&
                       std::find(own.begin(), own.end(), name) == own.end() &&
                       parent_.bytes().find(name) == std::string_view::npos;
            });
            if (called) all += helper.code;
        }
        if (all.empty()) return;
        Fit with_helpers = fit(parent_.files().front(), all + code, parent_.language(), true);
        if (with_helpers.whole) placed.fit = std::move(with_helpers);
    }

    /// Where the program has no entities of its own, those of the reply are an accident.
    void decode(std::string& code) const {
        if (has_entities(code) && !has_entities(parent_.bytes())) code = without_entities(code);
    }

    /// The first reason that says more than that there is nothing.
    void refuse(ParsedReply refused) {
        if (refused_.reason.empty() || refused_.reason == "reply_without_program") refused_ = std::move(refused);
    }

    std::string name_of(const Passage& passage, std::string_view code) const {
        for (const std::string_view text : {std::string_view(passage.info), std::string_view(passage.before)}) {
            std::string name = file_name_in(text, parent_.language());
            if (!name.empty()) return name;
        }
        const std::string_view first = trimmed(code.substr(0, line_end(code, 0)));
        const bool comment = first.starts_with("//") || first.starts_with('#') || first.starts_with("/*");
        const bool directive = first.starts_with("#include") || first.starts_with("#pragma");
        return comment && !directive ? file_name_in(first, parent_.language()) : std::string();
    }

    std::optional<std::size_t> by_definitions(std::string_view code) const {
        std::optional<std::size_t> only;
        for (std::size_t i = 0; i < parent_.files().size(); ++i) {
            const RegionFile& file = parent_.files()[i];
            if (file.regions.empty() || fit(file, code, parent_.language(), false).defined == 0) continue;
            if (only) return std::nullopt;
            only = i;
        }
        return only;
    }

    ParsedReply child_of(const std::vector<const Placed*>& chosen) const {
        Regions regions;
        for (const RegionFile& file : parent_.files()) regions.push_back(file.regions);
        for (const Placed* const each : chosen) regions[each->file] = each->fit.regions;
        return parent_.child(regions);
    }

    /// Several files, or several fences of one file that each define something else.
    std::optional<ParsedReply> joined() {
        if (placed_.size() < 2) return std::nullopt;
        if (parent_.files().size() > 1) {
            std::vector<const Placed*> chosen;
            for (const Placed& each : placed_) {
                const auto same = std::find_if(chosen.begin(), chosen.end(),
                                               [&](const Placed* other) { return other->file == each.file; });
                if (same == chosen.end()) {
                    chosen.push_back(&each);
                } else if (each.fit.defined >= (*same)->fit.defined) {
                    *same = &each;
                }
            }
            return child_of(chosen);
        }
        std::set<std::string> seen;
        std::string code;
        for (const Passage& passage : passages_) {
            const std::vector<std::string> names = names_of(definitions(passage.text, parent_.language()));
            if (names.empty()) continue;
            for (const std::string& name : names) {
                if (!seen.insert(name).second) return std::nullopt;
            }
            code += passage.text;
        }
        decode(code);
        Placed all;
        all.fit = fit(parent_.files().front(), code, parent_.language(), true);
        if (all.fit.regions.empty()) return std::nullopt;
        return child_of({&all});
    }

    const ParentProgram& parent_;
    std::vector<Passage> passages_;
    std::vector<Placed> placed_;
    std::vector<Helper> helpers_;
    ParsedReply refused_;
};

}  // namespace

ParsedReply read_program_reply(const ParentProgram& parent, std::string_view reply) {
    return ProgramReply(parent, reply).read();
}

bool holds_whole_program(const ParentProgram& parent, std::string_view reply_so_far) {
    return ProgramReply(parent, reply_so_far).is_settled();
}

}  // namespace atl::evolve::model
