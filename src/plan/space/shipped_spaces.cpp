// SPDX-License-Identifier: Apache-2.0
// The spaces that come with the program, taken in from models/spaces at build time.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/plan/space.hpp"

namespace atl::plan {

std::string_view astra_space();
std::string_view full_space();
std::string_view calculon_space();

namespace {

using Source = std::string_view (*)();
constexpr std::array<std::pair<std::string_view, Source>, 3> sources{
    {{"astra", astra_space}, {"full", full_space}, {"calculon", calculon_space}}};

}  // namespace

std::vector<std::string> shipped_space_names() {
    std::vector<std::string> names;
    names.reserve(sources.size());
    for (const auto& [name, source] : sources) names.emplace_back(name);
    return names;
}

Space shipped_space(std::string_view name) {
    for (const auto& [known, source] : sources) {
        if (known == name) return parse_space(source(), fmt::format("models/spaces/{}.toml", known));
    }
    const auto names = shipped_space_names();
    throw InputError(fmt::format("no space '{}' comes with atoll{}; there are '{}', or give the path of a file", name,
                                 did_you_mean(name, names), fmt::join(names, "', '")));
}

}  // namespace atl::plan
