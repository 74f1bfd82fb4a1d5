// SPDX-License-Identifier: Apache-2.0
// Files of command-line arguments.
#include "plan/emit/arguments.hpp"

#include <cmath>
#include <limits>
#include <sstream>

#include "atoll/core/error.hpp"
#include "atoll/core/number.hpp"

namespace atl::plan {

ArgumentsWriter::ArgumentsWriter(std::string comment) : text_("# " + std::move(comment) + "\n") {}

ArgumentsReader::ArgumentsReader(std::string_view text, std::string file_name) : file_name_(std::move(file_name)) {
    std::istringstream lines{std::string(text)};
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        if (line.empty() || line.front() == '#') continue;
        std::istringstream words(line);
        std::string flag;
        words >> flag;
        if (flag.size() < 3 || flag.compare(0, 2, "--") != 0) {
            throw InputError(
                fmt::format("{}:{}: '{}' is no argument; arguments begin with --", file_name_, number, flag));
        }
        Argument argument{.line = number, .values = {}};
        for (std::string word; words >> word;) argument.values.push_back(word);
        if (!arguments_.emplace(flag.substr(2), argument).second) {
            throw InputError(fmt::format("{}:{}: '{}' is given twice", file_name_, number, flag));
        }
    }
}

bool ArgumentsReader::has(const std::string& flag) {
    const auto found = arguments_.find(flag);
    if (found == arguments_.end()) return false;
    found->second.is_read = true;
    return true;
}

std::string ArgumentsReader::word(const std::string& flag, const std::string& otherwise) {
    if (!has(flag)) return otherwise;
    const Argument& argument = arguments_.at(flag);
    if (argument.values.size() != 1) {
        throw InputError(fmt::format("{}:{}: '--{}' must have one value", file_name_, argument.line, flag));
    }
    return argument.values.front();
}

std::uint32_t ArgumentsReader::integer(const std::string& flag, std::uint32_t otherwise) {
    if (!has(flag)) return otherwise;
    const double value = parse_number(word(flag)).value_or(-1);
    if (!(value >= 0) || value > std::numeric_limits<std::uint32_t>::max() || value != std::floor(value)) {
        throw InputError(fmt::format("{}:{}: '--{}' must have an integer", file_name_, arguments_.at(flag).line, flag));
    }
    return static_cast<std::uint32_t>(value);
}

void ArgumentsReader::check_all_read() const {
    for (const auto& [flag, argument] : arguments_) {
        if (!argument.is_read) {
            throw InputError(fmt::format("{}:{}: unknown argument '--{}'", file_name_, argument.line, flag));
        }
    }
}

}  // namespace atl::plan
