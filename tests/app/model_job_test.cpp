// SPDX-License-Identifier: Apache-2.0
// What a job says about models is read whole or refused with its place, and kept with the run.
#include "atoll/app/model_job.hpp"

#include <gtest/gtest.h>

#include "atoll/app/job.hpp"
#include "atoll/core/file.hpp"
#include "atoll/journal/writer.hpp"
#include "atoll/llm/trace.hpp"
#include "message_of.hpp"
#include "temporary_folder.hpp"

namespace atl::app {
namespace {

using atl::testing::message_of;
using atl::testing::TemporaryFolder;

constexpr const char* endpoints = R"(
endpoints = ["http://127.0.0.1:1/v1 model=small", "http://127.0.0.1:2/v1 model=large weight=2",
             "http://127.0.0.1:3/v1 model=small weight=0.5"]
)";
constexpr const char* prices = "model,prompt_usd_per_million_tokens,completion_usd_per_million_tokens\nlarge,1,2\n";

ResolvedOptions options_of(const std::string& llm, const std::string& top = "") {
    return resolve_options(job_options(), JobFile{"job.toml", "problem = \"noop_program\"\n" + top + "[llm]\n" + llm},
                           {}, {});
}

std::optional<ModelJob> read(const std::string& llm, const std::string& top = "",
                             const std::filesystem::path& folder = {}) {
    return read_model_job(options_of(endpoints + llm, top), folder);
}

LlmCallRecord call_of(std::uint32_t island, const std::string& status, const std::string& reply) {
    LlmCallRecord call;
    call.key = {island, 1, 0, 0};
    call.request_sha256 = sha256("request");
    call.status = status;
    call.reply = reply;
    if (status == "ok") call.reply_sha256 = sha256(reply);
    return call;
}

TEST(ModelJob, WithoutEndpointsThereIsNone) {
    EXPECT_FALSE(read_model_job(options_of(""), {}));
    EXPECT_FALSE(read_model_job(options_of("temperature = 0.1\nbudget_usd = 5.0\n"), {}));
}

TEST(ModelJob, WeightsOfOneModelAddUp) {
    const auto model = read("");
    ASSERT_TRUE(model);
    EXPECT_EQ(model->models, (std::vector<std::string>{"small", "large"}));
    EXPECT_EQ(model->weights, (std::vector<double>{1.5, 2}));
    EXPECT_EQ(model->pool.endpoints.size(), 3U);
    EXPECT_FALSE(model->pool.call.seed) << "none is sent unless the job names one";
    EXPECT_EQ(read("seed = 0\n")->pool.call.seed, 0);
}

TEST(ModelJob, EqualQuestionsAreAnsweredByOneReplyWhereThatChangesNothing) {
    using llm::Reuse;
    EXPECT_EQ(read("")->pool.reuse, Reuse::never) << "a model that is sampled says something else each time";
    EXPECT_EQ(read("temperature = 0.0\n")->pool.reuse, Reuse::always);
    EXPECT_EQ(read("seed = 7\n")->pool.reuse, Reuse::always);
    EXPECT_EQ(read("temperature = 0.0\n", "deterministic = true\n")->pool.reuse, Reuse::within_island);
    EXPECT_EQ(read("reuse_replies = \"always\"\n")->pool.reuse, Reuse::always);
    EXPECT_EQ(read("reuse_replies = \"always\"\n", "deterministic = true\n")->pool.reuse, Reuse::within_island);
    EXPECT_EQ(read("reuse_replies = \"never\"\ntemperature = 0.0\n")->pool.reuse, Reuse::never);
}

TEST(ModelJob, DeterministicRunsDoNotHedge) {
    EXPECT_EQ(read("hedge_seconds = 2.5\n")->pool.hedge_after_seconds, 2.5);
    EXPECT_EQ(read("hedge_seconds = 2.5\n", "deterministic = true\n")->pool.hedge_after_seconds, 0);
}

TEST(ModelJob, WhatCanNotBeReadIsNamedWithItsPlace) {
    const auto said = [](const std::string& llm) { return message_of([&] { read_model_job(options_of(llm), {}); }); };
    const std::string url = said("endpoints = [\"http://127.0.0.1:1/v1 modell=small\"]\n");
    EXPECT_TRUE(url.starts_with("job.toml:3")) << url;
    EXPECT_NE(url.find("'llm.endpoints'"), std::string::npos) << url;
    EXPECT_NE(url.find("'model'"), std::string::npos) << url;
    const std::string replay = said("replay = \"trace.jsonl\"\n");
    EXPECT_TRUE(replay.starts_with("job.toml:3")) << replay;
    EXPECT_NE(replay.find("needs 'llm.endpoints'"), std::string::npos) << replay;
    for (const std::string key : {"prices", "replay", "prompts"}) {
        const std::string line = key + " = \"no_such_file\"\n";
        const std::string missing = message_of([&] { read(line); });
        EXPECT_TRUE(missing.starts_with("job.toml:6")) << missing;
        EXPECT_NE(missing.find("'llm." + key + "' names no_such_file, which does not exist"), std::string::npos)
            << missing;
    }
}

TEST(ModelJob, ABudgetInMoneyNeedsThePriceOfEachModel) {
    const TemporaryFolder folder;
    write_file_atomically(folder.path / "prices.csv", prices);
    const std::string unpriced = message_of([] { read("budget_usd = 5.0\n"); });
    EXPECT_TRUE(unpriced.starts_with("job.toml:6")) << unpriced;
    EXPECT_NE(unpriced.find("llm.prices"), std::string::npos) << unpriced;
    const std::string both = "budget_usd = 5.0\nprices = \"prices.csv\"\n";
    const std::string partly = message_of([&] { read(both, "", folder.path); });
    EXPECT_NE(partly.find("'small'"), std::string::npos) << partly;
    EXPECT_EQ(read("prices = \"prices.csv\"\n", "", folder.path)->pool.prices.size(), 1U) << "no budget, no need";
    write_file_atomically(folder.path / "prices.csv", std::string(prices) + "small,0.1,0.2\n");
    const auto model = read(both, "", folder.path);
    EXPECT_EQ(model->pool.budget_usd, 5);
    EXPECT_EQ(model->pool.prices.at("small").completion, 0.2);
}

TEST(ModelJob, ItsFilesAreKeptWithTheRunAndFoundThere) {
    const TemporaryFolder folder;
    const TemporaryFolder root;
    const RunDirectory run = create_run_directory(root.path / "run");
    write_file_atomically(folder.path / "p.csv", prices);
    std::filesystem::create_directory(folder.path / "mine");
    write_file_atomically(folder.path / "mine" / "rewrite.md", "Change this:\n{{program}}\n");
    // A run is a trace as well; what a replay comes to by itself stays behind.
    {
        journal::FileJournal journal(folder.path / "source", {});
        journal.append(call_of(0, "ok", "a reply"));
        journal.append(call_of(1, "http_503", ""));
        journal.append(call_of(2, "cancelled", ""));
        journal.flush();
    }
    const ResolvedOptions options = options_of(std::string(endpoints) +
                                               "prices = \"p.csv\"\nprompts = \"mine\"\n"
                                               "replay = \"source\"\n");
    const auto model = read_model_job(options, folder.path);
    ASSERT_TRUE(model);
    const ResolvedOptions kept = keep_model_files(options, *model, run);
    std::filesystem::remove_all(folder.path);

    const ResolvedOptions again = resolve_options(job_options(), JobFile{"RUN/job.toml", kept.to_toml()}, {}, {});
    const auto stored = read_model_job(again, run.root);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->pool.prices.at("large").prompt, 1);
    EXPECT_EQ(read_text_file(stored->prompts.folder / "rewrite.md", 1000), "Change this:\n{{program}}\n");
    check_model_job(*stored);
    const auto trace = llm::parse_trace(read_text_file(stored->replay, 100000), "trace");
    ASSERT_EQ(trace.size(), 2U);
    EXPECT_EQ(trace[0].reply, "a reply");
    EXPECT_EQ(trace[1].status, "http_503");
    EXPECT_EQ(kept.content_toml(), options.content_toml()) << "where the files lie is not what was searched";
}

TEST(ModelJob, WithoutFilesNothingIsKept) {
    const TemporaryFolder root;
    const RunDirectory run = create_run_directory(root.path / "run");
    const ResolvedOptions options = options_of(endpoints);
    EXPECT_EQ(keep_model_files(options, *read_model_job(options, {}), run).to_toml(), options.to_toml());
    EXPECT_FALSE(std::filesystem::exists(run.root / "llm"));
}

TEST(ModelJob, AMissingKeyAndATraceThatIsNoneAreFoundBeforeThereIsARun) {
    const TemporaryFolder folder;
    const auto keyless = read_model_job(
        options_of("endpoints = [\"http://127.0.0.1:1/v1 model=m key_environment=NO_SUCH_KEY_HERE\"]\n"), {});
    const std::string said = message_of([&] { check_model_job(*keyless); });
    EXPECT_NE(said.find("NO_SUCH_KEY_HERE"), std::string::npos) << said;
    write_file_atomically(folder.path / "t.jsonl", "\n{}\n");
    const auto replayed = read("replay = \"t.jsonl\"\n", "", folder.path);
    EXPECT_NE(message_of([&] { check_model_job(*replayed); }).find("t.jsonl:2:"), std::string::npos);
}

TEST(ModelJob, ARankPlaysTheTraceOfItsOwnIslands) {
    const TemporaryFolder folder;
    llm::Request request;
    request.messages = {{"user", "words"}};
    const Sha256 asked = sha256(llm::body_of(request, {}, "small"));
    std::string lines;
    for (const std::uint32_t island : {0U, 1U}) {
        LlmCallRecord call = call_of(island, "ok", "for island " + std::to_string(island));
        call.request_sha256 = asked;
        lines += llm::trace_line(call);
    }
    write_file_atomically(folder.path / "t.jsonl", lines);
    const auto model = read("replay = \"t.jsonl\"\n", "", folder.path);
    const auto client =
        make_model_client(*model, {.rank = 1, .ranks = 2, .islands = 2, .deterministic = true, .seed = 1}, {});
    std::vector<llm::Reply> replies;
    for (const std::uint32_t island : {0U, 1U}) {
        request.key.island = island;
        client->ask(request, [&](llm::Reply reply) { replies.push_back(std::move(reply)); });
    }
    client->poll(0);
    ASSERT_EQ(replies.size(), 2U);
    EXPECT_EQ(replies[0].status, llm::ReplyStatus::missing);
    EXPECT_EQ(replies[1].text, "for island 1");
}

}  // namespace
}  // namespace atl::app
