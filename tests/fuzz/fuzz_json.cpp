// SPDX-License-Identifier: Apache-2.0
// Our JSON reader: what it reads, it writes so that it reads the same again.
#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"
#include "fuzz/fuzz_target.hpp"

namespace atl::fuzz {

std::vector<std::string> seed_corpus() {
    return {R"({"pid": 12, "host": "node-1", "since": "2026-01-31T12:34:56Z"})",
            R"([1, -2.5e300, true, false, null, "\u00e9\n\"", {"a": {"b": []}}, 9223372036854775807])",
            R"({"island": 0, "request_sha256": "00", "usage": {"tokens": 1}, "reply": "\ud83d\ude00"})",
            "[[[[[[[[[[]]]]]]]]]]", "0.1"};
}

std::size_t seeded_executions() { return 30'000; }

void read_input(std::string_view input) {
    std::string written;
    try {
        written = parse_json(input, "input").dump();
    } catch (const InputError&) {
        return;
    }
    require(parse_json(written, "written").dump() == written, "what is written is read the same");
    require(parse_json(parse_json(written, "written").dump(2), "indented").dump() == written, "indented, too");
}

}  // namespace atl::fuzz
