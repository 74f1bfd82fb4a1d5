// SPDX-License-Identifier: Apache-2.0
// Files compressed by gzip are read as what they hold; damaged ones are named.
#include "atoll/core/gzip.hpp"

#include <gtest/gtest.h>

#include "atoll/core/error.hpp"

namespace atl {
namespace {

/// `printf 'a,b\n1,2\n' | gzip -n`
const std::string compressed(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\xd4\x49\xe2\x32\xd4\x31\xe2\x02\x00\x7b\x07\x97\x0a\x08\x00\x00\x00",
    28);

TEST(Gzip, plain_text_passes_and_compressed_text_is_read) {
    EXPECT_EQ(decompress("a,b\n", "t.csv", 100), "a,b\n");
    EXPECT_EQ(decompress(compressed, "t.csv.gz", 100), "a,b\n1,2\n");
}

TEST(Gzip, what_is_compressed_is_read_back) {
    const std::string text = std::string(100'000, 'x') + "end\n";
    const std::string bytes = compress(text);
    EXPECT_LT(bytes.size(), 1000U);
    EXPECT_EQ(bytes, compress(text));
    EXPECT_EQ(decompress(bytes, "t", 200'000), text);
    EXPECT_EQ(decompress(compress(""), "t", 10), "");
}

TEST(Gzip, a_file_that_is_cut_or_changed_is_refused_by_name) {
    for (std::size_t length = 2; length < compressed.size(); ++length) {
        EXPECT_THROW(decompress(compressed.substr(0, length), "t.csv.gz", 100), InputError) << length;
    }
    std::string changed = compressed;
    changed[22] = '\x01';
    EXPECT_THROW(decompress(changed, "t.csv.gz", 100), InputError);
}

}  // namespace
}  // namespace atl
