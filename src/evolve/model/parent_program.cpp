// SPDX-License-Identifier: Apache-2.0
// From a program to regions and back.
#include "evolve/model/parent_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "atoll/core/clean_text.hpp"
#include "atoll/core/error.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "evolve/model/code_text.hpp"
#include "evolve/program_text/program_text.hpp"

namespace atl::evolve::model {
namespace {

using program_text::Edit;
using program_text::ProgramText;
using program_text::Span;

constexpr std::string_view marker = "EVOLVE-BLOCK-";

std::string with_carriage_returns(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\n') result += '\r';
        result += c;
    }
    return result;
}

/// The texts outside of regions, in order.
std::vector<std::string_view> outside(const ProgramText& text) {
    std::vector<std::string_view> pieces;
    std::uint32_t at = 0;
    for (const Span& region : text.regions()) {
        pieces.push_back(text.view(Span{at, region.begin}));
        at = region.end;
    }
    pieces.push_back(text.bytes().substr(at));
    return pieces;
}

ParsedReply regions_differ() {
    return refusal("regions_differ",
                   "the reply holds marker lines of its own; keep EVOLVE-BLOCK-START and EVOLVE-BLOCK-END where they "
                   "are, and add none");
}

}  // namespace

ParsedReply refusal(std::string reason, std::string error) {
    ParsedReply refused;
    refused.reason = std::move(reason);
    refused.error = std::move(error);
    return refused;
}

ParentProgram::ParentProgram(std::string_view bytes, problems::Language language) : bytes_(bytes), language_(language) {
    const ProgramText text(bytes, language);
    carriage_returns_ = bytes.find("\r\n") != std::string_view::npos;
    for (const program_text::SourceFile& source : text.files()) {
        RegionFile file;
        file.name = source.name;
        std::uint32_t at = source.text.begin;
        for (const Span& region : text.regions()) {
            if (!source.text.holds(region)) continue;
            if (region.begin != source.text.begin || region.end != source.text.end) file.marked = true;
            file.around.push_back(with_line_feeds(text.view(Span{at, region.begin})));
            file.regions.push_back(with_line_feeds(text.view(region)));
            at = region.end;
        }
        file.around.push_back(with_line_feeds(text.view(Span{at, source.text.end})));
        for (const std::string& each : file.around) file.before += each + "\n";
        files_.push_back(std::move(file));
    }
}

ParsedReply ParentProgram::child(const std::vector<std::vector<std::string>>& regions) const {
    const ProgramText text(bytes_, language_);
    std::vector<Edit> edits;
    std::size_t place = 0;
    for (std::size_t i = 0; i < files_.size(); ++i) {
        for (std::size_t j = 0; j < files_[i].regions.size(); ++j, ++place) {
            const std::string& fresh = regions[i][j];
            if (fresh == files_[i].regions[j]) continue;
            if (clean_text(fresh) != fresh) {
                return refusal("reply_not_utf8", "the code holds bytes that are no UTF-8 text; write plain ASCII");
            }
            if (fresh.find(marker) != std::string::npos && files_[i].regions[j].find(marker) == std::string::npos) {
                return regions_differ();
            }
            edits.push_back({text.regions()[place], carriage_returns_ ? with_carriage_returns(fresh) : fresh});
        }
    }
    std::string child = text.edited(std::move(edits));
    try {
        parse_program(child, language_, "the program");
    } catch (const InputError& error) {
        return refusal("reply_not_a_program", fmt::format("{}; keep the marker lines as they are", error.what()));
    }
    const ProgramText read(child, language_);
    if (outside(read) != outside(text)) return regions_differ();
    const std::vector<Span>&old_regions = text.regions(), &new_regions = read.regions();
    bool same = true;
    for (std::size_t i = 0; i < old_regions.size() && same; ++i) {
        same = same_code(with_line_feeds(text.view(old_regions[i])), with_line_feeds(read.view(new_regions[i])),
                         language_);
    }
    if (same) {
        return refusal("reply_unchanged",
                       "the reply is the program that was shown, up to comments and white space; change what it does");
    }
    ParsedReply taken;
    taken.text = std::move(child);
    return taken;
}

}  // namespace atl::evolve::model
