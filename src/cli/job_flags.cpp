// SPDX-License-Identifier: Apache-2.0
// Every option of a table as a flag of a verb.
#include "job_flags.hpp"

#include "atoll/app/job.hpp"

namespace atl::cli {

std::shared_ptr<FlagValues> add_option_flags(Command& verb, const OptionTable& table) {
    auto given = std::make_shared<FlagValues>();
    for (const Option& option : table.options()) {
        const std::string flag = flag_name(option.key);
        std::string help = option.description;
        if (!option.unit.empty()) help += " [" + option.unit + "]";
        if (!option.required()) help += " (default " + option.default_text + ")";
        verb.callback(
            flag, [given, flag](const std::string& value) { given->emplace_back(flag, value); }, help,
            job_options_group);
    }
    return given;
}

std::shared_ptr<FlagValues> add_job_flags(Command& verb) { return add_option_flags(verb, app::job_options()); }

}  // namespace atl::cli
