// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target without libFuzzer: its seeds, then seeded mutations of them; FUZZ_EXECUTIONS and FUZZ_SEED change
// how many and which. An input that crashes is left in crash-<program>.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <random>

#include "fuzz/fuzz_target.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace atl::fuzz {
namespace {

const std::string* current_input = nullptr;

/// Called while the process dies: keeps what killed it.
void keep_input() {
    if (current_input == nullptr) return;
    const std::string name = std::string("crash-") + program_invocation_short_name;
    std::ofstream(name, std::ios::binary) << *current_input;
    std::fprintf(stderr, "the input is in %s, %zu bytes\n", name.c_str(), current_input->size());
    current_input = nullptr;
}

void keep_input_on_death() {
#ifdef __SANITIZE_ADDRESS__
    // its own handlers end with this callback, but an abort does not pass through them
    __sanitizer_set_death_callback(keep_input);
    const std::vector<int> fatal{SIGABRT};
#else
    const std::vector<int> fatal{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
#endif
    for (const int number : fatal) {
        std::signal(number, [](int signal) {
            keep_input();
            std::signal(signal, SIG_DFL);
            std::raise(signal);
        });
    }
}

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr ? std::strtoull(value, nullptr, 10) : otherwise;
}

void run(const std::string& input) {
    current_input = &input;
    read_input(input);
    current_input = nullptr;
}

/// One random change; what a file or a message may suffer, and what a parser may trip over.
void mutate(std::string& input, const std::vector<std::string>& seeds, std::mt19937_64& random) {
    constexpr std::array<std::uint64_t, 10> interesting{
        0, 1, 0x7F, 0x80, 0xFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, UINT64_MAX, 0x8000000000000000};
    if (input.empty()) input = seeds[random() % seeds.size()];
    const auto place = [&](const std::string& text) { return text.empty() ? 0 : random() % text.size(); };
    const std::size_t at = place(input);
    const std::size_t length = 1 + random() % (random() % 4 == 0 ? 64 : 4);
    switch (random() % 8) {
        case 0:
            input[at] = static_cast<char>(input[at] ^ (1U << (random() % 8)));
            break;
        case 1:
            input[at] = static_cast<char>(random());
            break;
        case 2:
            input.erase(at, length);
            break;
        case 3:
            input.insert(at, length, static_cast<char>(random()));
            break;
        case 4:
            input.insert(at, input.substr(place(input), length));
            break;
        case 5: {
            const std::uint64_t number = interesting[random() % interesting.size()];
            const std::size_t width = std::min<std::size_t>(std::size_t{1} << (random() % 4), input.size() - at);
            input.replace(at, width, reinterpret_cast<const char*>(&number), width);
            break;
        }
        case 6: {
            const std::string& other = seeds[random() % seeds.size()];
            const std::size_t from = place(other);
            input.replace(at, length, other.substr(from, 1 + random() % 64));
            break;
        }
        default:
            input.resize(at);
    }
}

TEST(SeededFuzz, SeedsAndTheirMutationsAreReadOrRefused) {
    keep_input_on_death();
    const std::vector<std::string> seeds = seed_corpus();
    ASSERT_FALSE(seeds.empty());
    for (const std::string& seed : seeds) run(seed);
    run("");
    std::mt19937_64 random(setting("FUZZ_SEED", 20260101));
    const std::uint64_t executions = setting("FUZZ_EXECUTIONS", seeded_executions());
    for (std::uint64_t i = 0; i < executions; ++i) {
        std::string input = seeds[random() % seeds.size()];
        for (std::uint64_t changes = 1 + random() % 4; changes > 0; --changes) mutate(input, seeds, random);
        run(input);
    }
    std::printf("%s: %zu seeds and %llu mutations read or refused\n", program_invocation_short_name, seeds.size(),
                static_cast<unsigned long long>(executions));
}

}  // namespace
}  // namespace atl::fuzz
