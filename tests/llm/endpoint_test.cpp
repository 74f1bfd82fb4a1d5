// SPDX-License-Identifier: Apache-2.0
// What users write about endpoints and prices, and what is said about mistakes.
#include "atoll/llm/endpoint.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "atoll/core/error.hpp"

namespace atl::llm {
namespace {

std::string error_of(const std::string& text) {
    try {
        parse_endpoint(text);
    } catch (const InputError& error) {
        return error.what();
    }
    return "no error";
}

TEST(Endpoint, ReadsAllWords) {
    const Endpoint endpoint = parse_endpoint(
        "  https://models.example.org/v1/   model=qwen/2.5:coder concurrency=64 requests_per_minute=500 "
        "tokens_per_minute=2e5 weight=0.5 key_environment=MODELS_KEY ");
    EXPECT_EQ(endpoint.base_url, "https://models.example.org/v1");
    EXPECT_EQ(endpoint.model, "qwen/2.5:coder");
    EXPECT_EQ(endpoint.concurrency, 64U);
    EXPECT_DOUBLE_EQ(endpoint.requests_per_minute, 500);
    EXPECT_DOUBLE_EQ(endpoint.tokens_per_minute, 2e5);
    EXPECT_DOUBLE_EQ(endpoint.weight, 0.5);
    EXPECT_EQ(endpoint.key_environment, "MODELS_KEY");
    EXPECT_EQ(parse_endpoint("http://127.0.0.1:8000/v1/chat/completions model=a").base_url, "http://127.0.0.1:8000/v1");
}

TEST(Endpoint, NamesWhatIsWrong) {
    EXPECT_EQ(error_of("http://127.0.0.1/v1 modle=a"), "endpoint: unknown word 'modle'; did you mean 'model'?");
    EXPECT_EQ(error_of("http://127.0.0.1/v1"), "endpoint: it names no model; add model=NAME");
    EXPECT_EQ(error_of("http://127.0.0.1/v1 model=a model=b"), "endpoint: model is given twice");
    EXPECT_EQ(error_of("http://127.0.0.1/v1 model="), "endpoint: model= has no value");
    EXPECT_EQ(error_of("http://127.0.0.1/v1 model=a concurrency=0"),
              "endpoint: concurrency=0: expected a whole number from 1 to 65536");
    EXPECT_EQ(error_of("http://127.0.0.1/v1 model=a weight=0"), "endpoint: weight=0: expected a number > 0");
    EXPECT_EQ(error_of("http://127.0.0.1/v1 model=a requests_per_minute=nan"),
              "endpoint: requests_per_minute=nan: expected a number >= 0");
    EXPECT_NE(error_of("http://127.0.0.1/v1 model=a key_file=key").find("relative path"), std::string::npos);
    EXPECT_EQ(error_of("http://127.0.0.1/v1 model=a key_environment=A key_file=/b"),
              "endpoint: key_environment and key_file are both given; keep one");
    EXPECT_NE(error_of("").find("empty"), std::string::npos);
    EXPECT_NE(error_of("ftp://127.0.0.1/v1 model=a").find("http://"), std::string::npos);
    EXPECT_NE(error_of("model=a http://127.0.0.1/v1").find("begins with the server's URL"), std::string::npos);
    EXPECT_NE(error_of("http:///v1 model=a").find("no host"), std::string::npos);
}

TEST(Endpoint, KeysInUrlsAndWordsAreRefusedAndNotRepeated) {
    for (const char* text : {"http://user:s3cret@127.0.0.1/v1 model=a", "http://127.0.0.1/v1?key=s3cret model=a",
                             "http://127.0.0.1/v1 model=a key=s3cret", "http://127.0.0.1/v1 model=a s3cret"}) {
        const std::string error = error_of(text);
        EXPECT_NE(error, "no error") << text;
        EXPECT_EQ(error.find("s3cret"), std::string::npos) << error;
    }
}

TEST(Endpoint, AKeyFromTheEnvironmentIsTakenOutOfIt) {
    setenv("ATOLL_TEST_KEY", " abc-123 ", 1);
    std::vector<Endpoint> endpoints(2, parse_endpoint("http://127.0.0.1/v1 model=a key_environment=ATOLL_TEST_KEY"));
    EXPECT_EQ(endpoints[0].key, "");
    const char* bytes = std::getenv("ATOLL_TEST_KEY");
    read_keys(endpoints);
    EXPECT_EQ(endpoints[0].key, "abc-123");
    EXPECT_EQ(endpoints[1].key, "abc-123");
    EXPECT_EQ(std::getenv("ATOLL_TEST_KEY"), nullptr);
    EXPECT_EQ(*bytes, '\0') << "nor are its bytes left";
    read_keys(endpoints);
    EXPECT_EQ(endpoints[0].key, "abc-123") << "it is known from then on";
}

TEST(Endpoint, AKeyThatIsNotThereIsNamed) {
    try {
        (void)key_of(parse_endpoint("http://127.0.0.1/v1 model=a key_environment=ATOLL_NO_SUCH_KEY"));
        FAIL();
    } catch (const InputError& error) {
        EXPECT_STREQ(error.what(),
                     "the environment has no ATOLL_NO_SUCH_KEY; set it to the key of http://127.0.0.1/v1");
    }
}

TEST(Endpoint, AKeyFromAFileIsItsFirstLine) {
    const auto path = std::filesystem::temp_directory_path() / "atoll_endpoint_test.key";
    const Endpoint endpoint = parse_endpoint("http://127.0.0.1/v1 model=a key_file=" + path.string());
    const auto key_in = [&](const std::string& content) {
        std::ofstream(path, std::ios::binary) << content;
        return key_of(endpoint);
    };
    EXPECT_EQ(key_in("abc\r\nmore\n"), "abc");
    EXPECT_THROW(key_in("\n"), InputError);
    EXPECT_THROW(key_in("a b"), InputError);
    EXPECT_THROW(key_in("a\rX-Header: b"), InputError);
    std::filesystem::remove(path);
    EXPECT_THROW((void)key_of(endpoint), InputError);
}

TEST(Endpoint, ModelsAreNamedOnceInOrder) {
    const std::vector<Endpoint> endpoints = {parse_endpoint("http://127.0.0.1:1 model=b"),
                                             parse_endpoint("http://127.0.0.1:2 model=a"),
                                             parse_endpoint("http://127.0.0.1:3 model=b")};
    EXPECT_EQ(models_of(endpoints), (std::vector<std::string>{"b", "a"}));
}

TEST(Prices, AreReadWithCommentsAndBlanks) {
    const Prices prices = parse_prices(
        "# of 2026\nmodel,prompt_usd_per_million_tokens,completion_usd_per_million_tokens\r\n"
        "a, 0.15 ,0.6\r\n\n#b,1,1\nb,0,12",
        "prices.csv");
    ASSERT_EQ(prices.size(), 2U);
    EXPECT_DOUBLE_EQ(prices.at("a").prompt, 0.15);
    EXPECT_DOUBLE_EQ(prices.at("a").completion, 0.6);
    EXPECT_DOUBLE_EQ(prices.at("b").completion, 12);
}

TEST(Prices, NameTheLineThatIsWrong) {
    const std::string header = "model,prompt_usd_per_million_tokens,completion_usd_per_million_tokens\n";
    const auto error_in = [](const std::string& text) -> std::string {
        try {
            parse_prices(text, "p.csv");
        } catch (const InputError& error) {
            return error.what();
        }
        return "no error";
    };
    EXPECT_EQ(error_in("a,1,2\n"),
              "p.csv:1: expected the header 'model,prompt_usd_per_million_tokens,completion_usd_per_million_tokens'");
    EXPECT_EQ(error_in(header + "a,1\n"), "p.csv:2: expected a model and two prices, with commas between");
    EXPECT_EQ(error_in(header + "a,1,-2\n"), "p.csv:2: '-2' is no price in USD per million tokens");
    EXPECT_EQ(error_in(header + "a,nan,2\n"), "p.csv:2: 'nan' is no price in USD per million tokens");
    EXPECT_EQ(error_in(header + "\na,1,2\na,1,2\n"), "p.csv:4: model 'a' occurs twice");
    EXPECT_NE(error_in("# nothing\n").find("p.csv: empty"), std::string::npos);
}

}  // namespace
}  // namespace atl::llm
