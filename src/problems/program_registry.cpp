// SPDX-License-Identifier: Apache-2.0
// Problems over programs by name.
#include <algorithm>
#include <iterator>

#include "atoll/core/nearest.hpp"
#include "problems/program_answer.hpp"
#include "problems/program_list.hpp"

namespace atl::problems {
namespace {

struct Entry {
    const char* name;
    std::unique_ptr<ProgramProblem> (*make)(const std::vector<std::string>& families);
};

#define ATOLL_PROGRAM_ENTRY(name) Entry{#name, make_##name},
constexpr Entry entries[] = {ATOLL_PROGRAM_PROBLEMS(ATOLL_PROGRAM_ENTRY)};
#undef ATOLL_PROGRAM_ENTRY

}  // namespace

std::unique_ptr<ProgramProblem> make_program_problem(const std::string& name,
                                                     const std::vector<std::string>& instance_families) {
    const Entry* found =
        std::find_if(std::begin(entries), std::end(entries), [&](const Entry& entry) { return name == entry.name; });
    return found == std::end(entries) ? nullptr : found->make(instance_families);
}

std::vector<std::string> program_problem_names() {
    std::vector<std::string> names;
    for (const Entry& entry : entries) names.emplace_back(entry.name);
    return names;
}

Judgement ProgramProblem::judge_text(std::string_view) const {
    return refused(VerdictKind::infrastructure, "not_run", "this problem judges what programs leave, not their text");
}

InputError unknown_family(const std::string& problem, const std::string& wanted, std::span<const std::string> known) {
    std::string list;
    for (const std::string& each : known) list += (list.empty() ? "" : ", ") + each;
    return InputError("'" + problem + "' has no instance family '" + wanted + "'" + did_you_mean(wanted, known) +
                      (list.empty() ? " (it has none to choose from)" : " (there are: " + list + ")"));
}

}  // namespace atl::problems
