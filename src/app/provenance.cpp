// SPDX-License-Identifier: Apache-2.0
// Where a run comes from.
#include "atoll/app/provenance.hpp"

#include <cstdlib>

#include "atoll/core/build_info.hpp"
#include "atoll/core/clock.hpp"
#include "atoll/core/hash.hpp"

namespace atl::app {

namespace {

/// "identity on, user_namespace on, landlock unavailable, ..."
std::string layers_text(const sandbox::LayerReports& layers) {
    std::string text;
    for (std::size_t i = 0; i < sandbox::layer_count; ++i) {
        text += (i > 0 ? ", " : "") + std::string(sandbox::to_string(static_cast<sandbox::Layer>(i))) + " " +
                std::string(sandbox::to_string(layers[i].state));
    }
    return text;
}

}  // namespace

Json program_provenance(const ProvenanceFacts& facts) {
    const BuildInfo& build = build_info();
    Json json;
    json.set("software", "atoll");
    json.set("software_version", build.version);
    json.set("git_commit", build.git_commit);
    json.set("git_dirty", build.git_dirty);
    json.set("compiler", build.compiler);
    json.set("build_type", build.build_type);
    json.set("build_flags", build.flags);
    json.set("build_id", build_id());
    json.set("mpi", facts.mpi);
    json.set("hosts", facts.hosts);
    json.set("ranks", facts.ranks);
    json.set("date", utc_timestamp());
    json.set("command_line", facts.command_line);
    for (const char* name : {"SLURM_JOB_ID", "SLURM_JOB_NAME", "SLURM_CLUSTER_NAME", "SLURM_RESTART_COUNT"}) {
        if (const char* value = std::getenv(name)) {
            std::string member = name;
            for (char& c : member) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            json.set(member, value);
        }
    }
    return json;
}

Json provenance(const Job& job, const ProvenanceFacts& facts) {
    Json json = program_provenance(facts);
    json.set("problem", job.problem->name());
    json.set("direction", to_string(job.problem->direction()));
    json.set("seed", job.options.integer("seed"));
    json.set("islands", job.options.integer("islands"));
    json.set("job_sha256", to_hex(sha256(job.options.to_toml())));
    if (job.own) {
        Json::Array hashes;
        for (const std::string& hash : job.options.texts("own.sha256")) hashes.emplace_back(hash);
        json.set("own_files_sha256", std::move(hashes));
    }
    if (job.runs_programs() || job.own) json.set("sandbox_layers", layers_text(job.host->warden().layers()));
    return json;
}

}  // namespace atl::app
