// SPDX-License-Identifier: Apache-2.0
// Tests of candidate bytes and of the strict reader of candidate files.
#include "atoll/evolve/vector_genome.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "atoll/core/error.hpp"

namespace atl::evolve {
namespace {

std::string message_of(std::string_view text) {
    try {
        parse_vector_text(text, "start.txt");
    } catch (const InputError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(VectorGenome, BytesAreLittleEndianBinary64) {
    const std::vector<double> x{1.0, -2.5};
    const Candidate candidate = encode_vector(x);
    EXPECT_EQ(candidate.genome, "vector");
    ASSERT_EQ(candidate.bytes.size(), 16U);
    EXPECT_EQ(static_cast<unsigned char>(candidate.bytes[7]), 0x3F);
    EXPECT_EQ(static_cast<unsigned char>(candidate.bytes[6]), 0xF0);
    EXPECT_EQ(decode_vector(candidate), x);
}

TEST(VectorGenome, EveryBitPatternSurvives) {
    const double payload = std::bit_cast<double>(0x7FF800000000BEEFULL);
    const std::vector<double> x{payload, -0.0, std::numeric_limits<double>::denorm_min(), -INFINITY};
    const std::vector<double> back = decode_vector(encode_vector(x));
    for (std::size_t i = 0; i < x.size(); ++i) {
        EXPECT_EQ(std::bit_cast<std::uint64_t>(back[i]), std::bit_cast<std::uint64_t>(x[i]));
    }
    EXPECT_TRUE(decode_vector(encode_vector({})).empty());
}

TEST(VectorGenome, ForeignGenomeAndTornBytesAreRefused) {
    EXPECT_THROW(decode_vector({"program", "int main() {}  "}), InputError);
    EXPECT_THROW(decode_vector({"vector", "1234567"}), InputError);
}

TEST(VectorText, PlainFormsAreRead) {
    const std::vector<double> expected{1, -0.75, 3e-5};
    EXPECT_EQ(parse_vector_text("1 -0.75\n3e-5\n", "f"), expected);
    EXPECT_EQ(parse_vector_text("1,-0.75 ,\t3e-5", "f"), expected);
    EXPECT_EQ(parse_vector_text("# x y\n0x1p0 -0x1.8p-1 # note, with 5\r\n+3e-5", "f"), expected);
}

TEST(VectorText, JsonRowsAndQuotedHexFloatsAreRead) {
    const std::vector<double> expected{1, 2, 3, 4};
    EXPECT_EQ(parse_vector_text("[1, 2, 3, 4]", "f"), expected);
    EXPECT_EQ(parse_vector_text("\n[[1,2],\n [\"0x1.8p+1\", 0x1p2]]\n", "f"), expected);
    EXPECT_EQ(parse_vector_text("[[], [1], [2,[3]], 4]", "f"), expected);
}

TEST(VectorText, NotFiniteIsLeftToTheJudge) {
    const std::vector<double> x = parse_vector_text("nan inf -inf", "f");
    EXPECT_TRUE(std::isnan(x[0]));
    EXPECT_EQ(x[1], INFINITY);
    EXPECT_EQ(x[2], -INFINITY);
}

TEST(VectorText, JunkNamesFileAndLine) {
    EXPECT_EQ(message_of("1 2\n3 x4\n"), "start.txt:2: 'x4' is no decimal or hexadecimal number of binary64");
    EXPECT_NE(message_of("1.5.2").find("start.txt:1: '1.5.2'"), std::string::npos);
    EXPECT_NE(message_of("1,,2").find("a comma stands"), std::string::npos);
    EXPECT_NE(message_of(",1").find("a comma stands"), std::string::npos);
    EXPECT_NE(message_of("1,").find("ends with a comma"), std::string::npos);
    EXPECT_NE(message_of("").find("no coordinates"), std::string::npos);
    EXPECT_NE(message_of("# nothing\n").find("no coordinates"), std::string::npos);
    EXPECT_NE(message_of("1e999").find("'1e999'"), std::string::npos);
    EXPECT_NE(message_of("--1").find("'--1'"), std::string::npos);
    EXPECT_NE(message_of("0x").find("'0x'"), std::string::npos);
    EXPECT_NE(message_of(std::string("1\x01\x02", 3))
                  .find("'1?"
                        "?'"),
              std::string::npos);
}

TEST(VectorText, BrokenJsonNamesWhatIsWrong) {
    EXPECT_NE(message_of("[1, 2").find("not closed"), std::string::npos);
    EXPECT_NE(message_of("[1 2]").find("',' or ']' is expected"), std::string::npos);
    EXPECT_NE(message_of("[1,]").find("''"), std::string::npos);
    EXPECT_NE(message_of("[1]]").find("follows the array"), std::string::npos);
    EXPECT_NE(message_of("[]").find("no coordinates"), std::string::npos);
    EXPECT_NE(message_of("[\"1\n").find("exactly one number"), std::string::npos);
    EXPECT_NE(message_of("[{\"x\": 1}]").find("'{'"), std::string::npos);
    EXPECT_NE(message_of("[[[[[[[[[[1]]]]]]]]]]").find("nested deeper"), std::string::npos);
}

TEST(VectorText, MoreCoordinatesThanTheLimitAreRefused) {
    std::string text;
    text.reserve(2 * vector_text_max_coordinates + 4);
    for (std::size_t i = 0; i <= vector_text_max_coordinates; ++i) text += "1 ";
    EXPECT_NE(message_of(text).find("more than 1000000"), std::string::npos);
}

TEST(VectorText, WrittenTextReadsBackExactly) {
    const std::vector<double> x{0.1, -1.0 / 3, 2.635983084917301, 1e-310, 0.0, -0.0};
    for (const std::size_t row : {0, 2, 3}) {
        const std::vector<double> back = parse_vector_text(write_vector_text(x, row), "f");
        ASSERT_EQ(back.size(), x.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            EXPECT_EQ(std::bit_cast<std::uint64_t>(back[i]), std::bit_cast<std::uint64_t>(x[i]));
        }
    }
    EXPECT_EQ(write_vector_text(std::vector<double>{1, 2, 3}, 2), "0x1p+0 0x1p+1\n0x1.8p+1\n");
}

}  // namespace
}  // namespace atl::evolve
