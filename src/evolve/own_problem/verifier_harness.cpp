// SPDX-License-Identifier: Apache-2.0
// Calls a user's verify() on each case of the input and leaves what it said; atoll_verifier.hpp stands in front of it.
#include <unistd.h>

#include <cstdio>

namespace {

constexpr int verifier_failed = 3;

std::vector<std::pair<std::string, double>> metrics;

void push_text(atoll::Answer& answer, const std::string& text) {
    const std::string kept = text.substr(0, 300);
    answer.push(static_cast<double>(kept.size()));
    for (const char c : kept) answer.push(static_cast<double>(static_cast<unsigned char>(c)));
}

void push_finding(atoll::Answer& answer, const atl::Instance& instance, const std::vector<double>& given) {
    metrics.clear();
    try {
        const double score = verify(instance, given);
        answer.push(0);
        answer.push(score);
        answer.push(static_cast<double>(metrics.size()));
        for (const auto& [name, value] : metrics) {
            push_text(answer, name);
            answer.push(value);
        }
    } catch (const atl::Wrong& wrong) {
        answer.push(1);
        push_text(answer, wrong.reason());
        push_text(answer, wrong.text());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "verify() threw: %s\n", error.what());
        std::fflush(stderr);
        _exit(verifier_failed);
    }
}

}  // namespace

void atl::metric(const std::string& name, double value) { metrics.emplace_back(name, value); }

void atoll_run(const double* input, std::size_t, atoll::Answer& answer) {
    const auto cases = static_cast<std::size_t>(*input++);
    for (std::size_t i = 0; i < cases; ++i) {
        const atl::Instance instance = atl::instance_of(input);
        input += 1 + (instance.text.size() + sizeof(double) - 1) / sizeof(double);
        const auto length = static_cast<std::size_t>(*input++);
        const std::vector<double> given(input, input + length);
        input += length;
        push_finding(answer, instance, given);
    }
}
