// SPDX-License-Identifier: Apache-2.0
// The table's own promises, its names elsewhere, and the canonical text of resolved values.
#include "atoll/core/options.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace atl {
namespace {

Option integer_option(const std::string& key, const std::string& default_text) {
    Option option;
    option.key = key;
    option.type = OptionType::integer;
    option.default_text = default_text;
    return option;
}

OptionTable sample_table() {
    Option seconds;
    seconds.key = "limits.seconds";
    seconds.type = OptionType::real;
    seconds.default_text = "180.0";
    seconds.minimum = 0;
    seconds.unit = "seconds";
    seconds.description = "The run stops after this long.";
    seconds.in_content_hash = false;
    Option topology;
    topology.key = "migration.topology";
    topology.default_text = "\"ring\"";
    topology.choices = {"ring", "random"};
    Option names;
    names.key = "operators";
    names.type = OptionType::text_list;
    names.default_text = "[]";
    Option flag;
    flag.key = "deterministic";
    flag.type = OptionType::boolean;
    flag.default_text = "false";
    return OptionTable({seconds, topology, names, flag, integer_option("seed", "1")});
}

TEST(OptionTable, names_the_flag_and_the_variable_of_a_key) {
    EXPECT_EQ(flag_name("limits.wall_seconds"), "--limits-wall-seconds");
    EXPECT_EQ(environment_name("limits.wall_seconds"), "ATOLL_LIMITS_WALL_SECONDS");
}

TEST(OptionTable, refuses_a_key_listed_twice) {
    EXPECT_THROW(OptionTable({integer_option("seed", "1"), integer_option("seed", "2")}), std::logic_error);
}

TEST(OptionTable, refuses_a_key_that_is_also_a_table) {
    EXPECT_THROW(OptionTable({integer_option("limits", "1"), integer_option("limits.seconds", "2")}), std::logic_error);
    EXPECT_THROW(OptionTable({integer_option("limits.seconds", "1"), integer_option("limits", "2")}), std::logic_error);
}

TEST(OptionTable, refuses_two_keys_with_one_flag) {
    EXPECT_THROW(OptionTable({integer_option("a.b", "1"), integer_option("a_b", "2")}), std::logic_error);
}

TEST(OptionTable, refuses_a_default_that_breaks_its_own_row) {
    EXPECT_THROW(OptionTable({integer_option("seed", "\"x\"")}), std::logic_error);
    EXPECT_THROW(OptionTable({integer_option("seed", "not toml")}), std::logic_error);
    Option option = integer_option("batch", "0");
    option.minimum = 1;
    EXPECT_THROW(OptionTable({option}), std::logic_error);
}

TEST(OptionTable, documents_every_row) {
    const std::string text = sample_table().to_markdown();
    EXPECT_NE(
        text.find("| `limits.seconds` | a number, at least 0 | `180.0` | seconds | The run stops after this long. |"),
        std::string::npos)
        << text;
    EXPECT_NE(text.find("a string: ring, random"), std::string::npos) << text;
}

TEST(ResolvedOptions, a_wrong_key_or_type_is_a_defect_of_the_program) {
    const ResolvedOptions options = resolve_options(sample_table(), std::nullopt, {}, {});
    EXPECT_EQ(options.integer("seed"), 1);
    EXPECT_THROW(options.integer("sead"), std::logic_error);
    EXPECT_THROW(options.integer("limits.seconds"), std::logic_error);
    EXPECT_THROW(options.real("seed"), std::logic_error);
    EXPECT_THROW(options.source("sead"), std::logic_error);
}

TEST(ResolvedOptions, canonical_toml_is_sorted_and_resolves_back_to_itself) {
    const FlagValues flags = {{"--seed", "-9223372036854775808"},
                              {"--limits-seconds", "3"},
                              {"--operators", "[\"a\\\"b\", \"c\\\\d\\n\\u0001é\", \"\"]"}};
    const ResolvedOptions options = resolve_options(sample_table(), std::nullopt, {}, flags);
    const std::string text = options.to_toml();
    EXPECT_EQ(text,
              "deterministic = false\n"
              "operators = [\"a\\\"b\", \"c\\\\d\\n\\u0001é\", \"\"]\n"
              "seed = -9223372036854775808\n"
              "\n"
              "[limits]\n"
              "seconds = 3.0\n"
              "\n"
              "[migration]\n"
              "topology = \"ring\"\n");
    const ResolvedOptions again = resolve_options(sample_table(), JobFile{"resolved", text}, {}, {});
    EXPECT_EQ(again.to_toml(), text);
    EXPECT_EQ(again.texts("operators"), options.texts("operators"));
}

TEST(ResolvedOptions, canonical_reals_keep_every_bit) {
    Option option;
    option.key = "x";
    option.type = OptionType::real;
    option.default_text = "0.0";
    option.allow_infinite = true;
    const OptionTable table({option});
    for (const char* text :
         {"0.1", "1e300", "5e-324", "-0.0", "123456789012345680", "inf", "-inf", "2.635983084917301"}) {
        const ResolvedOptions options = resolve_options(table, std::nullopt, {}, {{"--x", text}});
        const ResolvedOptions again = resolve_options(table, JobFile{"resolved", options.to_toml()}, {}, {});
        EXPECT_EQ(again.real("x"), options.real("x")) << options.to_toml();
    }
}

TEST(ResolvedOptions, the_content_text_leaves_out_what_the_hash_does_not_cover) {
    const ResolvedOptions options = resolve_options(sample_table(), std::nullopt, {}, {});
    EXPECT_EQ(options.content_toml().find("seconds"), std::string::npos);
    EXPECT_NE(options.content_toml().find("seed = 1"), std::string::npos);
}

TEST(ResolvedOptions, show_says_where_each_value_came_from) {
    const ResolvedOptions options =
        resolve_options(sample_table(), JobFile{"job.toml", "\nseed = 7\n"}, {{"ATOLL_DETERMINISTIC", "true"}}, {});
    const std::string text = options.show();
    EXPECT_NE(text.find("seed                7       job.toml:2\n"), std::string::npos) << text;
    EXPECT_NE(text.find("deterministic       true    ATOLL_DETERMINISTIC\n"), std::string::npos) << text;
    EXPECT_NE(text.find("migration.topology  \"ring\"  default\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace atl
