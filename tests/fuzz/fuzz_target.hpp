// SPDX-License-Identifier: Apache-2.0
// What every fuzz target gives to its two drivers: libFuzzer's function, inputs to start from, and how many suffice for
// a test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace atl::fuzz {

/// Refusing an input with a domain error is right; a crash, a hang, any other exception or a broken promise is a
/// finding.
void read_input(std::string_view input);

/// Valid inputs, made by the code that writes them.
std::vector<std::string> seed_corpus();

/// Mutated inputs that the seeded driver tries: a second or two under the sanitizers.
std::size_t seeded_executions();

/// Ends the process with this message, as libFuzzer wants it, unless `promise` holds.
inline void require(bool promise, const char* message) {
    if (promise) return;
    std::fprintf(stderr, "broken promise: %s\n", message);
    std::abort();
}

}  // namespace atl::fuzz
