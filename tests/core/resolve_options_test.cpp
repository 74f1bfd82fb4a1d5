// SPDX-License-Identifier: Apache-2.0
// Precedence, and the one clear message that each wrong input gets.
#include <gtest/gtest.h>

#include <string>

#include "atoll/core/error.hpp"
#include "atoll/core/options.hpp"

namespace atl {
namespace {

Option row(const std::string& key, OptionType type, const std::string& default_text) {
    Option option;
    option.key = key;
    option.type = type;
    option.default_text = default_text;
    return option;
}

OptionTable job_table() {
    Option batch = row("batch", OptionType::integer, "16");
    batch.minimum = 1;
    batch.maximum = 65536;
    Option rate = row("migration.rate", OptionType::real, "0.5");
    rate.minimum = 0;
    Option topology = row("migration.topology", OptionType::text, "\"ring\"");
    topology.choices = {"ring", "random"};
    Option limit = row("limits.seconds", OptionType::real, "inf");
    limit.minimum = 0;
    limit.allow_infinite = true;
    return OptionTable({row("problem", OptionType::text, ""), row("seed", OptionType::integer, "1"), batch, rate,
                        topology, limit, row("deterministic", OptionType::boolean, "false"),
                        row("operators", OptionType::text_list, "[]")});
}

ResolvedOptions from_file(const std::string& text) {
    return resolve_options(job_table(), JobFile{"job.toml", "problem = \"noop\"\n" + text}, {}, {});
}

/// The message of the InputError that resolving gives, or what went otherwise.
template <class Resolve>
std::string message_of(Resolve resolve) {
    try {
        resolve();
    } catch (const InputError& error) {
        return error.what();
    }
    return "no error";
}

std::string file_message(const std::string& text) {
    return message_of([&] { from_file(text); });
}
std::string environment_message(const EnvironmentMap& environment) {
    return message_of([&] {
        resolve_options(job_table(), JobFile{"job.toml", "problem = \"noop\""}, environment, {});
    });
}
std::string flag_message(const FlagValues& flags) {
    return message_of([&] { resolve_options(job_table(), JobFile{"job.toml", "problem = \"noop\""}, {}, flags); });
}

TEST(ResolveOptions, flags_beat_environment_beats_file_beats_defaults) {
    const JobFile file{"job.toml", "problem = \"noop\"\nseed = 2\nbatch = 2\ndeterministic = true\n"};
    const EnvironmentMap environment = {{"ATOLL_SEED", "3"}, {"ATOLL_BATCH", "3"}, {"HOME", "/root"}};
    const ResolvedOptions options = resolve_options(job_table(), file, environment, {{"--seed", "4"}});
    EXPECT_EQ(options.integer("seed"), 4);
    EXPECT_EQ(options.source("seed"), "--seed");
    EXPECT_EQ(options.integer("batch"), 3);
    EXPECT_EQ(options.source("batch"), "ATOLL_BATCH");
    EXPECT_TRUE(options.boolean("deterministic"));
    EXPECT_EQ(options.source("deterministic"), "job.toml:4");
    EXPECT_EQ(options.real("migration.rate"), 0.5);
    EXPECT_EQ(options.source("migration.rate"), "default");
}

TEST(ResolveOptions, takes_every_type_from_every_source) {
    const ResolvedOptions file =
        from_file("operators = [\"a\", \"b\"]\n[migration]\nrate = 2\ntopology = \"random\"\n");
    EXPECT_EQ(file.texts("operators"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(file.real("migration.rate"), 2.0);  // an integer is a number
    const EnvironmentMap environment = {
        {"ATOLL_PROBLEM", "circles"}, {"ATOLL_OPERATORS", "a, b"}, {"ATOLL_MIGRATION_RATE", "0x1p-2"}};
    const ResolvedOptions options = resolve_options(job_table(), std::nullopt, environment,
                                                    {{"--limits-seconds", "inf"}, {"--deterministic", "true"}});
    EXPECT_EQ(options.text("problem"), "circles");
    EXPECT_EQ(options.texts("operators"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(options.real("migration.rate"), 0.25);
    EXPECT_TRUE(options.boolean("deterministic"));
    EXPECT_TRUE(
        resolve_options(job_table(), std::nullopt, environment, {{"--operators", ""}}).texts("operators").empty());
}

TEST(ResolveOptions, dotted_keys_and_inline_tables_are_tables_too) {
    EXPECT_EQ(from_file("migration.rate = 0.25\n").real("migration.rate"), 0.25);
    EXPECT_EQ(from_file("migration = {rate = 0.25}\n").source("migration.rate"), "job.toml:2");
}

TEST(ResolveOptions, an_unknown_key_names_its_place_and_the_nearest) {
    EXPECT_EQ(file_message("\n\nsead = 3\n"), "job.toml:4:1: unknown key 'sead'; did you mean 'seed'?");
    EXPECT_EQ(file_message("[limits]\n  second = 3\n"),
              "job.toml:3:3: unknown key 'limits.second'; did you mean 'limits.seconds'?");
    EXPECT_EQ(file_message("seconds = 3\n"), "job.toml:2:1: unknown key 'seconds'; did you mean 'limits.seconds'?");
    EXPECT_EQ(file_message("temperature = 3\n"), "job.toml:2:1: unknown key 'temperature'");
}

TEST(ResolveOptions, an_unknown_table_is_named_even_when_empty) {
    EXPECT_EQ(file_message("[limit]\n").substr(0, 11), "job.toml:2:");
    EXPECT_NE(file_message("[limit]\n").find("unknown table 'limit'; did you mean 'limits'?"), std::string::npos);
    EXPECT_NE(file_message("[[limits]]\nseconds = 3\n").find("'limits' must be a table, not a list"), std::string::npos)
        << file_message("[[limits]]\nseconds = 3\n");
    EXPECT_EQ(file_message("limits = 3\n"), "job.toml:2: 'limits' must be a table, not an integer");
}

TEST(ResolveOptions, the_first_wrong_line_is_the_one_reported) {
    EXPECT_EQ(file_message("zzz = 1\naaa = 2\n"), "job.toml:2:1: unknown key 'zzz'");
}

TEST(ResolveOptions, a_wrong_type_is_named_with_the_right_one) {
    EXPECT_EQ(file_message("seed = \"3\"\n"), "job.toml:2: 'seed' must be an integer, not a string");
    EXPECT_EQ(file_message("seed = 3.0\n"), "job.toml:2: 'seed' must be an integer, not a number");
    EXPECT_EQ(file_message("deterministic = 1\n"), "job.toml:2: 'deterministic' must be a boolean, not an integer");
    EXPECT_EQ(file_message("operators = [1]\n"),
              "job.toml:2: 'operators' must be a list of strings, not a list of integers");
    EXPECT_EQ(file_message("seed = 2020-01-01\n"), "job.toml:2: 'seed' must be an integer, not a date or time");
    EXPECT_EQ(file_message("[seed]\n"), "job.toml:2: 'seed' must be an integer, not a table");
    EXPECT_EQ(environment_message({{"ATOLL_SEED", "three"}}), "ATOLL_SEED: 'seed' must be an integer, not 'three'");
    EXPECT_EQ(flag_message({{"--seed", "3.5"}}), "--seed: 'seed' must be an integer, not '3.5'");
    EXPECT_EQ(flag_message({{"--seed", ""}}), "--seed: 'seed' must be an integer, not ''");
    EXPECT_EQ(flag_message({{"--seed", "99999999999999999999"}}),
              "--seed: 'seed' must be an integer, not '99999999999999999999'");
    EXPECT_EQ(flag_message({{"--deterministic", "yes"}}),
              "--deterministic: 'deterministic' must be a boolean, not 'yes'");
}

TEST(ResolveOptions, a_value_out_of_range_is_named_with_the_range) {
    EXPECT_EQ(file_message("batch = 0\n"), "job.toml:2: 'batch' must be between 1 and 65536, not 0");
    EXPECT_EQ(flag_message({{"--batch", "65537"}}), "--batch: 'batch' must be between 1 and 65536, not 65537");
    EXPECT_EQ(file_message("migration.rate = -0.5\n"), "job.toml:2: 'migration.rate' must be at least 0, not -0.5");
    EXPECT_EQ(from_file("batch = 65536\n").integer("batch"), 65536);
}

TEST(ResolveOptions, nan_is_never_a_value_and_inf_only_where_allowed) {
    EXPECT_EQ(file_message("migration.rate = nan\n"), "job.toml:2: 'migration.rate' must be a finite number, not nan");
    EXPECT_EQ(file_message("migration.rate = inf\n"), "job.toml:2: 'migration.rate' must be a finite number, not inf");
    EXPECT_EQ(file_message("limits.seconds = nan\n"), "job.toml:2: 'limits.seconds' must be a finite number, not nan");
    EXPECT_EQ(file_message("limits.seconds = -inf\n"), "job.toml:2: 'limits.seconds' must be at least 0, not -inf");
    EXPECT_EQ(file_message("limits.seconds = inf\n"), "no error");
    EXPECT_EQ(environment_message({{"ATOLL_MIGRATION_RATE", "nan"}}),
              "ATOLL_MIGRATION_RATE: 'migration.rate' must be a finite number, not nan");
}

TEST(ResolveOptions, a_choice_outside_the_list_is_named_with_the_list) {
    EXPECT_EQ(file_message("migration.topology = \"rinf\"\n"),
              "job.toml:2: 'migration.topology' must be one of 'ring', 'random', not 'rinf'; did you mean 'ring'?");
}

TEST(ResolveOptions, a_syntax_error_names_line_and_column) {
    EXPECT_EQ(file_message("seed = \n").substr(0, 11), "job.toml:2:");
    EXPECT_NE(file_message("seed = 1\nseed = 2\n").find("job.toml:3:"), std::string::npos);
    EXPECT_NE(file_message("seed = 1\nseed = 2\n").find("seed"), std::string::npos);
    EXPECT_EQ(file_message("[limits]\n[limits]\n").substr(0, 11), "job.toml:3:");
    EXPECT_EQ(file_message("x = \"\xff\"\n").substr(0, 11), "job.toml:2:");
}

TEST(ResolveOptions, unknown_variables_that_look_like_options_are_refused) {
    EXPECT_EQ(environment_message({{"ATOLL_SEAD", "3"}}),
              "unknown environment variable 'ATOLL_SEAD'; did you mean 'ATOLL_SEED'?");
    EXPECT_EQ(environment_message({{"ATOLLX", "3"}, {"SEED", "x"}}), "no error");
    EXPECT_NO_THROW(resolve_options(job_table(), JobFile{"job.toml", "problem = \"noop\""}, {{"ATOLL_JOBS", "3"}}, {},
                                    {"ATOLL_JOBS"}));
}

TEST(ResolveOptions, an_unknown_flag_names_the_nearest) {
    EXPECT_EQ(flag_message({{"--limit-seconds", "3"}}),
              "unknown flag '--limit-seconds'; did you mean '--limits-seconds'?");
}

TEST(ResolveOptions, a_missing_required_key_is_named_with_the_file) {
    EXPECT_EQ(message_of([] {
                  resolve_options(job_table(), JobFile{"job.toml", ""}, {}, {});
              }),
              "job.toml: required key 'problem' (a string) is missing");
    EXPECT_EQ(message_of([] { resolve_options(job_table(), std::nullopt, {}, {}); }),
              "required key 'problem' (a string) is missing: give a job file that has it, or --problem");
    EXPECT_EQ(resolve_options(job_table(), std::nullopt, {}, {{"--problem", "noop"}}).text("problem"), "noop");
}

TEST(ProcessEnvironment, holds_a_variable_with_an_equals_sign_in_its_value) {
    ASSERT_EQ(setenv("CORE_TEST_VARIABLE", "a=b", 1), 0);
    EXPECT_EQ(process_environment().at("CORE_TEST_VARIABLE"), "a=b");
}

}  // namespace
}  // namespace atl
