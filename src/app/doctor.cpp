// SPDX-License-Identifier: Apache-2.0
// `atoll doctor sandbox`: every layer as the warden found it, and one program run through all of them.
#include <algorithm>
#include <iostream>
#include <limits>
#include <utility>

#include "atoll/app/job.hpp"
#include "atoll/app/sandbox_report.hpp"
#include "atoll/app/verbs.hpp"
#include "atoll/report/numbers.hpp"
#include "atoll/report/table.hpp"
#include "atoll/sandbox/warden.hpp"

namespace atl::app {

namespace {

/// Shortest of a few runs of a program that does nothing, in seconds; NaN when one did not work.
double warm_start_seconds(sandbox::Warden& warden) {
    sandbox::ExecutionRequest request;
    request.files = {{"program.py", "", false}, {"adapter.py", "def result_of(module): return b'x'\n", false}};
    request.words = {"program.py", "adapter.py"};
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 5; ++i) {
        const sandbox::Execution execution = warden.run(request);
        if (execution.result != "x") return std::numeric_limits<double>::quiet_NaN();
        best = std::min(best, execution.wall_seconds);
    }
    return best;
}

}  // namespace

Json layers_json(const sandbox::LayerReports& layers) {
    Json::Array rows;
    for (std::size_t i = 0; i < sandbox::layer_count; ++i) {
        Json row;
        row.set("name", sandbox::to_string(static_cast<sandbox::Layer>(i)));
        row.set("state", sandbox::to_string(layers[i].state));
        row.set("reason", layers[i].reason);
        rows.push_back(std::move(row));
    }
    return rows;
}

ExitCode doctor_sandbox(const DoctorRequest& request) {
    sandbox::WardenOptions options;
    if (request.job_file) {
        const Job job = make_job(resolve_job_file(*request.job_file, {}), request.job_file->parent_path());
        options = job.host->warden_options();
        options.python = job.options.text("python.interpreter");  // tried even where the job's programs need none
    }
    const std::vector<std::string> required = std::exchange(options.required, {});
    options.accept_any_isolation = true;
    sandbox::Warden warden(options);
    const std::string missing = sandbox::missing_isolation(warden.layers(), required);
    const bool python = !options.python.empty() && warden.python_error().empty();
    const double seconds = python ? warm_start_seconds(warden) : std::numeric_limits<double>::quiet_NaN();
    const bool works = missing.empty() && seconds > 0;
    if (request.json) {
        Json json;
        json.set("layers", layers_json(warden.layers()));
        Json::Array names;
        for (const std::string& name : required) names.emplace_back(name);
        json.set("required", std::move(names));
        json.set("missing", missing);
        json.set("python", options.python);
        json.set("python_error", warden.python_error());
        json.set("warm_start_seconds", seconds);
        json.set("works", works);
        std::cout << json.dump(2) << "\n";
        return works ? ExitCode::ok : ExitCode::infrastructure;
    }
    report::Table table(
        "sandbox", {{"layer", report::Align::left}, {"state", report::Align::left}, {"detail", report::Align::left}});
    for (std::size_t i = 0; i < sandbox::layer_count; ++i) {
        const sandbox::LayerReport& layer = warden.layers()[i];
        table.add_row({std::string(sandbox::to_string(static_cast<sandbox::Layer>(i))),
                       std::string(sandbox::to_string(layer.state)), layer.reason});
    }
    table.print(std::cout);
    if (python && seconds > 0) {
        std::cout << "python   " << options.python << ", a warm start takes " << report::short_number(1e3 * seconds)
                  << " ms\n";
    } else {
        std::cout << "python   " << (python ? "an empty program fails" : warden.python_error())
                  << "; name another with 'python.interpreter', its files with 'sandbox.read_paths'\n";
    }
    std::cout << (missing.empty() ? "required layers work" : missing) << "\n";
    return works ? ExitCode::ok : ExitCode::infrastructure;
}

}  // namespace atl::app
