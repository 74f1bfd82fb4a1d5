// SPDX-License-Identifier: Apache-2.0
// Tables as text and CSV.
#include "atoll/report/table.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>

namespace atl::report {
namespace {

std::string printed(const Table& table) {
    std::ostringstream out;
    table.print(out);
    return out.str();
}

std::string csv(const Table& table) {
    std::ostringstream out;
    table.print_csv(out);
    return out.str();
}

TEST(Table, aligns_words_left_and_numbers_right_and_ends_no_line_with_blanks) {
    Table table("fruit", {{"name", Align::left}, {"count"}, {"note", Align::left}});
    table.add_row({"fig", "7", "ripe"});
    table.add_row({"banana", "12,345", ""});
    EXPECT_EQ(printed(table),
              "fruit\n"
              "  name     count  note\n"
              "  ------  ------  ----\n"
              "  fig          7  ripe\n"
              "  banana  12,345\n");
}

TEST(Table, counts_code_points_so_that_accents_do_not_shift_columns) {
    Table table("", {{"who", Align::left}, {"n"}});
    table.add_row({"Erd\u0151s", "1"});
    table.add_row({"abcde", "2"});
    EXPECT_EQ(printed(table),
              "  who    n\n"
              "  -----  -\n"
              "  Erd\u0151s  1\n"
              "  abcde  2\n");
}

TEST(Table, without_rows_says_none) {
    EXPECT_EQ(printed(Table("migrations", {{"from"}, {"to"}})), "migrations\n  (none)\n");
}

TEST(Table, a_line_break_or_escape_code_in_a_cell_can_not_break_the_table) {
    Table table("", {{"reason", Align::left}});
    table.add_row({"two\nlines \x1b[31m"});
    EXPECT_EQ(printed(table),
              "  reason\n"
              "  ---------------\n"
              "  two lines  [31m\n");
}

TEST(Table, csv_quotes_commas_quotes_and_line_breaks_only) {
    Table table("not in the file", {{"a", Align::left}, {"b,c"}});
    table.add_row({"plain", "say \"hi\""});
    table.add_row({"x\ny", ""});
    EXPECT_EQ(csv(table), "a,\"b,c\"\nplain,\"say \"\"hi\"\"\"\n\"x\ny\",\n");
}

TEST(Table, refuses_rows_of_another_width_and_tables_without_columns) {
    Table table("t", {{"a"}, {"b"}});
    EXPECT_THROW(table.add_row({"1"}), std::invalid_argument);
    EXPECT_THROW(table.add_row({"1", "2", "3"}), std::invalid_argument);
    EXPECT_TRUE(table.empty());
    EXPECT_THROW(Table("t", {}), std::invalid_argument);
}

}  // namespace
}  // namespace atl::report
