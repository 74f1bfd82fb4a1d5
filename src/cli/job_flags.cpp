// SPDX-License-Identifier: Apache-2.0
// Every option of the job table as a flag of a verb.
#include "job_flags.hpp"

#include "atoll/app/job.hpp"

namespace atl::cli {

std::shared_ptr<FlagValues> add_job_flags(CLI::App& verb) {
    auto given = std::make_shared<FlagValues>();
    for (const Option& option : app::job_options().options()) {
        const std::string flag = flag_name(option.key);
        std::string help = option.description;
        if (!option.unit.empty()) help += " [" + option.unit + "]";
        if (!option.required()) help += " (default " + option.default_text + ")";
        verb.add_option_function<std::string>(
                flag, [given, flag](const std::string& value) { given->emplace_back(flag, value); }, help)
            ->group("Job options (also keys of the job file and ATOLL_* variables)")
            ->type_name("");
    }
    return given;
}

}  // namespace atl::cli
