// SPDX-License-Identifier: Apache-2.0
// Files for a compiled program, and its result taken apart.
#include "atoll/sandbox/native_program.hpp"

#include <cstring>

#include "atoll/core/error.hpp"

namespace atl::sandbox {
namespace {

constexpr std::size_t number_bytes = sizeof(double);

void append(std::string& bytes, double value) {
    char raw[number_bytes];
    std::memcpy(raw, &value, number_bytes);
    bytes.append(raw, number_bytes);
}

/// Takes a count off the front: a whole number from 0 to `most`.
std::optional<std::size_t> take_count(std::string_view& rest, std::size_t most) {
    if (rest.size() < number_bytes) return std::nullopt;
    double value = 0;
    std::memcpy(&value, rest.data(), number_bytes);
    rest.remove_prefix(number_bytes);
    if (!(value >= 0) || value > static_cast<double>(most)) return std::nullopt;
    const auto count = static_cast<std::size_t>(value);
    if (static_cast<double>(count) != value) return std::nullopt;
    return count;
}

}  // namespace

std::vector<ProgramFile> native_inputs(std::span<const std::vector<double>> parameter_sets, std::string_view input) {
    if (parameter_sets.empty()) throw InputError("a compiled program needs at least one set of parameters");
    if (input.size() % number_bytes != 0) {
        throw InputError("the input of a compiled program is " + std::to_string(input.size()) +
                         " bytes, which is no whole number of binary64 values");
    }
    const std::size_t length = parameter_sets.front().size();
    std::string bytes;
    bytes.reserve((2 + parameter_sets.size() * length) * number_bytes);
    append(bytes, static_cast<double>(parameter_sets.size()));
    append(bytes, static_cast<double>(length));
    for (const std::vector<double>& set : parameter_sets) {
        if (set.size() != length) throw InputError("the sets of parameters of a compiled program differ in length");
        for (const double value : set) append(bytes, value);
    }
    return {{"parameters", std::move(bytes), false}, {"input", std::string(input), false}};
}

ExecutionRequest native_run(const std::string& executable, std::span<const std::vector<double>> parameter_sets,
                            std::string_view input) {
    ExecutionRequest request;
    request.profile = Profile::native;
    request.files = native_inputs(parameter_sets, input);
    request.files.push_back({native_program_name, executable, true});
    request.words = {std::string("./") + native_program_name};
    return request;
}

std::optional<std::vector<std::string>> split_results(std::string_view result, std::size_t sets) {
    std::string_view rest = result;
    const auto count = take_count(rest, sets);
    if (!count || *count != sets) return std::nullopt;
    std::vector<std::string> parts;
    parts.reserve(sets);
    for (std::size_t i = 0; i < sets; ++i) {
        const auto length = take_count(rest, rest.size() / number_bytes);
        if (!length || *length > rest.size() / number_bytes) return std::nullopt;
        parts.emplace_back(rest.substr(0, *length * number_bytes));
        rest.remove_prefix(*length * number_bytes);
    }
    if (!rest.empty()) return std::nullopt;
    return parts;
}

}  // namespace atl::sandbox
