// SPDX-License-Identifier: Apache-2.0
// Prompts under a budget; replies by what they hold.
#include "atoll/evolve/model_proposer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "atoll/core/clean_text.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "evolve/model/code_text.hpp"
#include "evolve/model/diff_reply.hpp"
#include "evolve/model/embedded.hpp"
#include "evolve/model/program_reply.hpp"
#include "evolve/model/prompt_parts.hpp"
#include "evolve/model/prompt_template.hpp"
#include "evolve/model/reply_text.hpp"

namespace atl::evolve {
namespace {

using model::PromptValues;

constexpr std::size_t reply_max_bytes = std::size_t{1} << 20;
constexpr std::uint64_t template_max_bytes = std::uint64_t{1} << 20;
constexpr std::size_t most_mistakes = 4, most_inspirations = 16, feedback_max_bytes = 4096;
constexpr std::string_view prefix = "llm_";

struct BuiltIn {
    const char* name;
    std::string_view (*text)();
};
constexpr std::array built_in = {BuiltIn{"system", prompt_system},   BuiltIn{"rewrite", prompt_rewrite},
                                 BuiltIn{"diff", prompt_diff},       BuiltIn{"crossover", prompt_crossover},
                                 BuiltIn{"explain", prompt_explain}, BuiltIn{"repair", prompt_repair},
                                 BuiltIn{"hints", prompt_hints}};

/// Files that are no template are a typing error: nobody would see them being left alone.
void check_folder(const std::filesystem::path& folder) {
    std::vector<std::string> known;
    known.reserve(std::size(built_in));
    for (const BuiltIn& each : built_in) known.push_back(std::string(each.name) + ".md");
    std::error_code error;
    std::vector<std::string> found;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.ends_with(".md")) found.push_back(name);
    }
    if (error) throw InputError(fmt::format("{}: {}", folder.string(), error.message()));
    std::sort(found.begin(), found.end());
    for (const std::string& name : found) {
        if (std::find(known.begin(), known.end(), name) != known.end() || name == "README.md") continue;
        throw InputError(
            fmt::format("{}: no prompt has this name{}", (folder / name).string(), did_you_mean(name, known)));
    }
}

std::string line_of_hints(std::string_view hints, RandomStream& random) {
    std::vector<std::string_view> lines;
    for (const std::string_view line : lines_of(hints)) {
        if (!model::is_blank(line)) lines.push_back(model::trimmed(line));
    }
    return lines.empty() ? std::string() : std::string(lines[random.below(lines.size())]);
}

/// The parts of a prompt that may be left out, whole.
struct Parts {
    std::vector<std::string> inspirations;
    std::vector<std::string> mistakes;
    std::string metrics;
    std::size_t feedback_bytes = feedback_max_bytes;
    std::string mate;

    /// The least useful of what is there; false when nothing is left.
    bool leave_out() {
        if (!inspirations.empty()) return inspirations.pop_back(), true;
        if (!mistakes.empty()) return mistakes.pop_back(), true;
        if (!metrics.empty()) return metrics.clear(), true;
        if (feedback_bytes > 0) return feedback_bytes = feedback_bytes > 64 ? feedback_bytes / 2 : 0, true;
        if (!mate.empty()) return mate.clear(), true;
        return false;
    }
};

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
    std::string all;
    for (const std::string& each : texts) {
        if (!all.empty()) all += between;
        all += each;
    }
    return all;
}

}  // namespace

ModelProposer::ModelProposer(std::shared_ptr<const problems::ProgramProblem> problem, PromptOptions options)
    : problem_(std::move(problem)), options_(std::move(options)) {
    if (!options_.folder.empty()) check_folder(options_.folder);
    for (const BuiltIn& each : built_in) {
        const std::string file = std::string(each.name) + ".md";
        std::string shown = file;
        std::string text(each.text());
        std::error_code ignored;
        if (!options_.folder.empty() && std::filesystem::exists(options_.folder / file, ignored)) {
            shown = (options_.folder / file).string();
            text = read_text_file(options_.folder / file, template_max_bytes);
        }
        text = model::with_line_feeds(text);
        model::check_template(text, shown);
        const bool task = each.name != std::string_view("system") && each.name != std::string_view("hints");
        if (task && !model::has_placeholder(text, "program")) {
            throw InputError(
                fmt::format("{}:1: there is no {{{{program}}}} in it, so no program would be shown", shown));
        }
        templates_.emplace(each.name, std::move(text));
    }
}

std::vector<std::string> ModelProposer::names() {
    return {"llm_rewrite", "llm_diff", "llm_crossover", "llm_explain", "llm_repair"};
}

std::uint32_t ModelProposer::parents(std::string_view name) { return name == "llm_crossover" ? 2 : 1; }

std::vector<llm::Message> ModelProposer::prompt(std::string_view name, const PromptContext& context,
                                                RandomStream& random) const {
    const problems::Language language = problem_->language();
    const Direction direction = problem_->direction();
    const EvaluationRecord& parent = *context.parent;
    PromptValues values;
    values["statement"] = clean_text(model::trimmed(model::with_line_feeds(problem_->statement())));
    values["instructions"] = clean_text(model::trimmed(model::with_line_feeds(options_.instructions)));
    values["language"] = language == problems::Language::cpp ? "C++" : "Python";
    values["direction"] = direction == Direction::minimize ? "lower is better" : "higher is better";
    values["program"] = model::shown_program(parent.candidate.bytes, language);
    values["files"] = model::shown_files(parent.candidate.bytes, language);
    values["regions"] = model::region_rule(parent.candidate.bytes, language);
    values["score"] = model::shown_score(parent, direction);
    values["hint"] = line_of_hints(templates_.find("hints")->second, random);

    const auto scored_program = [&](const EvaluationRecord& record) {
        return fmt::format("Score: {}\n\n{}", model::shown_score(record, direction),
                           model::shown_program(record.candidate.bytes, language));
    };
    Parts parts;
    if (context.mate != nullptr) parts.mate = scored_program(*context.mate);
    for (const EvaluationRecord* const each : context.inspirations) {
        if (parts.inspirations.size() == most_inspirations) break;
        if (each->candidate.bytes != parent.candidate.bytes) parts.inspirations.push_back(scored_program(*each));
    }
    for (const EvaluationRecord* const each : context.mistakes) {
        std::string line = model::shown_mistake(*each);
        if (parts.mistakes.size() == most_mistakes) break;
        if (std::find(parts.mistakes.begin(), parts.mistakes.end(), line) == parts.mistakes.end()) {
            parts.mistakes.push_back(std::move(line));
        }
    }
    parts.metrics = model::shown_metrics(parent, direction, context.with_timings);

    const std::string task(name.starts_with(prefix) ? name.substr(prefix.size()) : name);
    const std::string& user =
        templates_.find(task) == templates_.end() ? templates_.find("rewrite")->second : templates_.find(task)->second;
    while (true) {
        values["inspirations"] = joined(parts.inspirations, "\n");
        values["mistakes"] = joined(parts.mistakes, "");
        values["metrics"] = parts.metrics;
        values["feedback"] = model::shown_feedback(parent, parts.feedback_bytes);
        values["mate"] = parts.mate;
        std::vector<llm::Message> messages = {{"system", model::render(templates_.find("system")->second, values)},
                                              {"user", model::render(user, values)}};
        if (messages[0].content.size() + messages[1].content.size() <= options_.prompt_bytes || !parts.leave_out()) {
            return messages;
        }
    }
}

ParsedReply ModelProposer::parse(std::string_view name, std::string_view parent, std::string_view reply) const {
    (void)name;  // what a reply holds says how to read it: models answer a question for blocks with programs, too
    if (reply.size() > reply_max_bytes) {
        return model::refusal("reply_too_long", fmt::format("the reply has {} bytes; at most {} are read", reply.size(),
                                                            reply_max_bytes));
    }
    if (model::is_blank(reply)) return model::refusal("reply_empty", "the reply was empty; reply with a program");
    const model::ParentProgram program(parent, problem_->language());
    const std::string said = model::without_thoughts(reply);
    const auto read = [&](std::string_view text) {
        return model::holds_changes(text, program.language()) ? model::read_diff_reply(program, text)
                                                              : model::read_program_reply(program, text);
    };
    ParsedReply parsed = read(said);
    if (parsed.text) return parsed;
    const std::string all = model::with_line_feeds(reply);  // what looks like thoughts may be a part of the program
    if (all == said) return parsed;
    ParsedReply with_thoughts = read(all);
    return with_thoughts.text ? with_thoughts : parsed;
}

bool ModelProposer::complete(std::string_view name, std::string_view parent, std::string_view reply_so_far) const {
    constexpr std::size_t longest_tail = 256;
    if (reply_so_far.size() > reply_max_bytes) return true;
    if (name == "llm_diff" || !reply_so_far.ends_with('\n')) return false;  // another block may always come
    // worth reading only just behind the end of a fence
    const std::string_view tail =
        reply_so_far.substr(reply_so_far.size() - std::min(reply_so_far.size(), longest_tail));
    if (tail.find("```\n") == std::string_view::npos && tail.find("~~~\n") == std::string_view::npos &&
        tail.find("```\r\n") == std::string_view::npos) {
        return false;
    }
    const std::string said = model::without_thoughts(reply_so_far);
    if (said.find("<think") != std::string::npos) return false;
    const model::ParentProgram program(parent, problem_->language());
    if (model::holds_changes(said, program.language())) return false;
    return model::holds_whole_program(program, said);
}

}  // namespace atl::evolve
