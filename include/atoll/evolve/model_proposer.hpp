// SPDX-License-Identifier: Apache-2.0
// A language model as an operator on programs: what it is shown, and how its reply becomes a candidate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/random.hpp"
#include "atoll/evolve/prompt_context.hpp"
#include "atoll/llm/request.hpp"
#include "atoll/problems/program_problem.hpp"

namespace atl::evolve {

struct PromptOptions {
    std::size_t prompt_bytes = 24000;  ///< of all messages together, at most
    /// Of templates that take the place of the built-in ones (data/prompts): NAME.md; empty: none.
    std::filesystem::path folder;
    std::string instructions;  ///< the user's own words, shown in every prompt
};

/// A reply, read.
struct ParsedReply {
    std::optional<std::string> text;  ///< a candidate's bytes that parse as a program
    std::string reason;  ///< else a code: "reply_empty", "reply_without_program", "diff_matches_nothing", ...
    std::string error;   ///< and a sentence that tells a model what to do better
};

/// Pipelines:
///  - "llm_rewrite": the whole program anew
///  - "llm_diff": SEARCH/REPLACE blocks
///  - "llm_crossover": one whole program out of two
///  - "llm_explain": first what is weak and what to change, then the whole program
///  - "llm_repair": a program that failed, with what the compiler or the judge said
/// Immutable, thread-safe, pure: the same context and stream give the same messages on any machine.
class ModelProposer {
public:
    /// Throws InputError for a template that can not be used, with file and line.
    ModelProposer(std::shared_ptr<const problems::ProgramProblem> problem, PromptOptions options);

    static std::vector<std::string> names();
    /// 1, or 2 for "llm_crossover".
    static std::uint32_t parents(std::string_view name);

    /// One system and one user message, valid UTF-8, of at most prompt_bytes together unless templates, statement,
    /// instructions and the parent alone are longer: other parts are left out whole, the least useful first (programs
    /// of inspirations from the last on, mistakes, metrics, the end of the feedback, the mate), and nothing of the
    /// parent ever is.
    std::vector<llm::Message> prompt(std::string_view name, const PromptContext& context, RandomStream& random) const;

    /// Never throws on any reply. `parent`: the bytes of the candidate shown as the one to change. Text outside regions
    /// stays the parent's: a reply that changed it has its regions taken, where they can be told.
    ParsedReply parse(std::string_view name, std::string_view parent, std::string_view reply) const;

    /// For streamed replies: true once a program is there that parse() would take whatever follows. When unsure, and
    /// always for "llm_diff", false. (Thoughts whose beginning the server left out look like a reply.) Cheap enough to
    /// be asked for every piece that comes.
    bool complete(std::string_view name, std::string_view parent, std::string_view reply_so_far) const;

private:
    std::shared_ptr<const problems::ProgramProblem> problem_;
    PromptOptions options_;
    std::map<std::string, std::string, std::less<>> templates_;  ///< by name
};

}  // namespace atl::evolve
