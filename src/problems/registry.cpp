// SPDX-License-Identifier: Apache-2.0
// Problems by name, and what every vector problem does unless it says otherwise.
#include <algorithm>
#include <iterator>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/problems/program_problem.hpp"
#include "problems/problem_list.hpp"

namespace atl::problems {
namespace {

struct Entry {
    const char* name;
    std::unique_ptr<VectorProblem> (*make)();
};

#define ATOLL_PROBLEM_ENTRY(name) Entry{#name, make_##name},
constexpr Entry entries[] = {ATOLL_VECTOR_PROBLEMS(ATOLL_PROBLEM_ENTRY)};
#undef ATOLL_PROBLEM_ENTRY

}  // namespace

std::unique_ptr<VectorProblem> make_vector_problem(const std::string& name) {
    const Entry* found =
        std::find_if(std::begin(entries), std::end(entries), [&](const Entry& entry) { return name == entry.name; });
    if (found != std::end(entries)) return found->make();
    std::vector<std::string> names = vector_problem_names();
    for (std::string& each : program_problem_names()) names.push_back(std::move(each));
    std::string known;
    for (const std::string& each : names) known += (known.empty() ? "" : ", ") + each;
    throw InputError("unknown problem '" + name + "'" + did_you_mean(name, names) + " (there are: " + known + ")");
}

std::vector<std::string> vector_problem_names() {
    std::vector<std::string> names;
    for (const Entry& entry : entries) names.emplace_back(entry.name);
    return names;
}

std::vector<double> VectorProblem::move(const std::string& name, std::span<const double>, RandomStream&) const {
    const std::vector<std::string> names = move_names();
    throw InputError(this->name() + " has no move '" + name + "'" + did_you_mean(name, names));
}

}  // namespace atl::problems
