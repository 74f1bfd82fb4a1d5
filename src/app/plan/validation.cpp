// SPDX-License-Identifier: Apache-2.0
// Collects the errors of validated runs.
#include "validation.hpp"

#include <fmt/format.h>

#include <cmath>

#include "atoll/report/numbers.hpp"

namespace atl::app {

using report::short_number;

double mean_percent(const std::vector<double>& errors) {
    if (errors.empty()) return 0;
    double sum = 0;
    for (const double one : errors) sum += std::abs(one);
    return 100 * sum / static_cast<double>(errors.size());
}

std::string FamilyErrors::folded_text() const {
    return folded.empty() ? "not measurable here" : short_number(mean_percent(folded), 3);
}

std::string FamilyErrors::three_text() const { return three.size() > 3 ? short_number(mean_percent(three), 3) : "-"; }

std::string FamilyErrors::coverage_text() const {
    return with_interval == 0 ? "-" : fmt::format("{} of {}", covered, with_interval);
}

std::map<std::string, FamilyErrors> errors_by_family(const plan::FittedTimeModel& model) {
    std::map<std::string, FamilyErrors> families;
    for (const plan::ValidatedRun& one : model.runs) {
        const double measured = *one.run->iteration_seconds;
        for (FamilyErrors* family : {&families[one.run->family], &families["all"]}) {
            family->runs.push_back(&one);
            family->fitted.push_back(one.fitted / measured - 1);
            if (one.has_folds) family->folded.push_back(one.folded / measured - 1);
            family->left_out.push_back(one.left_out / measured - 1);
            family->three.push_back(one.three / measured - 1);
            family->with_interval += one.covered ? 1 : 0;
            family->covered += one.covered.value_or(false) ? 1 : 0;
        }
    }
    return families;
}

}  // namespace atl::app
