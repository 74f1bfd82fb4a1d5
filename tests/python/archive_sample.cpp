// SPDX-License-Identifier: Apache-2.0
// Writes a small run and folds it, or verifies or hashes one, for test_reader.py.
//
// Usage: archive_sample write RUN | archive_sample write-empty RUN | archive_sample verify RUN | archive_sample hash
// RUN
#include <bit>
#include <iostream>
#include <string>

#include "atoll/archive/content_hash.hpp"
#include "atoll/archive/fold.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/error.hpp"
#include "atoll/journal/writer.hpp"

namespace atl {
namespace {

constexpr std::uint32_t slots = 3;
constexpr std::uint64_t steps = 40;

/// Coordinates (step, slot, 0.1) as a vector candidate.
std::string vector_bytes(std::uint64_t step, std::uint32_t slot) {
    std::string bytes;
    for (const double value : {static_cast<double>(step), static_cast<double>(slot), 0.1}) {
        const auto bits = std::bit_cast<std::uint64_t>(value);
        for (unsigned i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(bits >> (8 * i)));
    }
    return bytes;
}

EvaluationRecord make_evaluation(std::uint64_t step, std::uint32_t slot) {
    EvaluationRecord record;
    record.key = {.island = 2, .step = step, .slot = slot, .attempt = 0};
    if (step > 0) record.parent_1 = EvaluationKey{2, step - 1, 0, 0};
    record.operator_name = slot == 0 ? "gaussian" : "crossover";
    record.candidate = {.genome = "vector", .bytes = vector_bytes(step, slot)};
    record.candidate_sha256 = sha256(record.candidate.bytes);
    record.objective_calls = 7;
    record.elapsed_seconds = static_cast<double>(step);
    if (slot == 2) {
        record.verdict = {.kind = VerdictKind::wrong, .reason = "outside", .text = "r\xc3\xa9sultat \xff incorrect"};
    } else {
        record.score = {.lower = static_cast<double>(step) + slot / 10.0, .upper = static_cast<double>(step) + 0.5};
    }
    record.metrics = {{.name = "gap", .value = 0.25, .unit = "m"}};
    return record;
}

/// A question that an interruption had repeated, and one that was not answered.
PlanRecord make_plan(std::uint32_t place) {
    PlanRecord plan;
    plan.place = place;
    plan.strategy = "tp8 pp4 dp" + std::to_string(place) + " mbs1";
    plan.iteration_seconds = 12.5 + place;
    return plan;
}

void append_llm_calls(journal::FileJournal& journal, std::uint64_t step) {
    LlmCallRecord call;
    call.key = {.island = 2, .step = step, .slot = 1, .attempt = 0};
    call.model = "sample";
    call.endpoint = "http://127.0.0.1:1/v1";
    call.request_sha256 = sha256("request");
    call.occurrence = step - 10;
    call.status = "ok";
    call.prompt_tokens = 100;
    call.completion_tokens = 20;
    call.requests = 1;
    for (const char* reply : {"lost", "used"}) {
        call.reply = reply;
        call.reply_sha256 = sha256(reply);
        journal.append(call);
    }
    call.key.slot = 2;
    call.status = "http_503";
    call.reply.clear();
    call.reply_sha256 = {};
    journal.append(call);
}

/// Stands for what the content hash covers of a job.
std::string first_line(const std::string& job_toml) { return job_toml.substr(0, job_toml.find('\n') + 1); }

void write_run(const std::filesystem::path& run, bool empty) {
    journal::SegmentInfo info;
    info.provenance_json =
        R"({"problem": "sample", "direction": "maximize", "seed": 7, "Slurm": {"job id": 12}, "hosts": ["a", "b"],
            "deterministic": true, "temperature": 0.5, "nothing": null})";
    // Longer than HDF5 lets a plain attribute be.
    info.job_toml = "problem = \"sample\"\n# " + std::string(100000, '-') + "\n";
    journal::FileJournal journal(run, info);
    for (std::uint64_t step = 0; !empty && step < steps; ++step) {
        for (std::uint32_t slot = 0; slot < slots; ++slot) journal.append(make_evaluation(step, slot));
    }
    if (!empty) {
        journal.append(MigrationRecord{
            .epoch = 1, .from_island = 2, .to_island = 0, .to_step = 20, .key = {2, 19, 1, 0}, .elapsed_seconds = 19});
        for (std::uint64_t step = 10; step < 14; ++step) append_llm_calls(journal, step);
        for (std::uint32_t place = 1; place <= 2; ++place) journal.append(make_plan(place));
        journal.append(PlanCountRecord{.fate = "simulated", .by = "", .plans = 2});
        journal.append(EventRecord{.name = "started", .text = "by hand", .elapsed_seconds = 0});
    }
    journal.flush();
    archive::FoldOptions options;
    options.content_of_job = first_line;
    archive::fold_archive(run, options);
}

void print_hash(const std::filesystem::path& run) {
    const journal::RunContents contents = journal::read_run(run);
    std::cout << to_hex(archive::content_hash(contents, archive::content_toml(contents, first_line))) << '\n';
}

int verify(const std::filesystem::path& run) {
    const archive::VerifyReport report = archive::verify_run(run);
    std::cout << to_string(report.archive) << '\n';
    for (const journal::Note& note : report.damages) std::cout << note.text << '\n';
    return static_cast<int>(report.sound() ? ExitCode::ok : ExitCode::damaged);
}

int run(int argc, char** argv) {
    try {
        const std::string mode = argc == 3 ? argv[1] : "";
        if (mode == "verify") return verify(argv[2]);
        if (mode == "hash") {
            print_hash(argv[2]);
            return 0;
        }
        if (mode != "write" && mode != "write-empty") throw InputError("usage: archive_sample MODE RUN");
        write_run(argv[2], mode == "write-empty");
        return 0;
    } catch (const Error& error) {
        std::cerr << error.what() << '\n';
        return static_cast<int>(error.code());
    }
}

}  // namespace
}  // namespace atl

int main(int argc, char** argv) { return atl::run(argc, argv); }
