// SPDX-License-Identifier: Apache-2.0
// Job files: text to resolved options to a job; a resolved job written out resolves to the same values.
#include "atoll/app/job.hpp"
#include "atoll/core/error.hpp"
#include "fuzz/fuzz_target.hpp"

namespace atl::fuzz {

std::vector<std::string> seed_corpus() {
    const std::string small = "problem = \"circles_26\"\n[limits]\nseconds = 180.0\ntarget = 2.63598308\n";
    return {
        small, resolve_options(app::job_options(), JobFile{"job.toml", small}, {}, {}).to_toml(),
        "problem = 'noop' # comment\nlimits = {evaluations = 10, seconds = inf}\noperators.enabled = [\"gaussian\"]\n",
        "problem = \"noop\"\nlimits.evaluations = 1_000\nsearch.lower = -1e3\nislands = 0x10\nseed = 1979-05-27\n"};
}

std::size_t seeded_executions() { return 10'000; }

void read_input(std::string_view input) {
    const std::string text(input);
    try {
        const app::Job job = app::make_job(resolve_options(app::job_options(), JobFile{"job.toml", text}, {}, {}));
        const std::string resolved = job.options.to_toml();
        const ResolvedOptions again = resolve_options(app::job_options(), JobFile{"resolved.toml", resolved}, {}, {});
        for (const auto& [key, entry] : job.options.entries()) {
            require(again.entries().at(key).value == entry.value, "a resolved job resolves to the same values");
        }
    } catch (const InputError&) {
        return;
    }
}

}  // namespace atl::fuzz
