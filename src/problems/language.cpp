// SPDX-License-Identifier: Apache-2.0
// Names of the languages.
#include "atoll/problems/language.hpp"

namespace atl::problems {

std::string_view to_string(Language language) { return language == Language::cpp ? "cpp" : "python"; }

std::optional<Language> parse_language(std::string_view name) {
    for (const Language each : {Language::python, Language::cpp}) {
        if (name == to_string(each)) return each;
    }
    return std::nullopt;
}

}  // namespace atl::problems
