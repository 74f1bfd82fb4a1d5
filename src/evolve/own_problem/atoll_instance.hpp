// SPDX-License-Identifier: Apache-2.0
// What drivers and verifiers of users are handed: an instance file's text. Stands in front of their own text.
#ifndef ATOLL_INSTANCE
#define ATOLL_INSTANCE

#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace atl {

struct Instance {
    std::string text;  ///< the file, byte by byte

    /// All numbers of the text, in order; white space and commas stand between them. Throws std::runtime_error for
    /// anything else.
    std::vector<double> numbers() const {
        std::vector<double> found;
        const char* at = text.c_str();
        while (true) {
            while (*at == ' ' || *at == ',' || (*at >= '\t' && *at <= '\r')) ++at;
            if (*at == '\0') return found;
            char* end = nullptr;
            found.push_back(std::strtod(at, &end));
            if (end == at)
                throw std::runtime_error("the instance holds something that is no number: " + std::string(at, 0, 20));
            at = end;
        }
    }
};

/// From the values that the program is given: the number of bytes, then the bytes.
inline Instance instance_of(const double* values) {
    return {std::string(reinterpret_cast<const char*>(values + 1), static_cast<std::size_t>(values[0]))};
}

}  // namespace atl

#endif
