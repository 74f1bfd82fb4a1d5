// SPDX-License-Identifier: Apache-2.0
// The table of attacks: what a hostile program does, and the verdict it must get, whole and with one layer off.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "atoll/sandbox/execution.hpp"

namespace atl::sandbox {

/// Expectations are "verdict/reason", several separated by '|' where chance or the site decides which; "ok/" is a
/// program that ended with 0, having reached nothing. A program that reached what it should not prints ESCAPED.
struct Attack {
    std::string name;
    std::string text;
    std::string expected;
    std::map<std::string, std::string> without = {};  ///< expectation by the layer that is off; "" skips it there
    ResultFile result = ResultFile::none;
};

inline std::string said(const Verdict& verdict) { return std::string(to_string(verdict.kind)) + "/" + verdict.reason; }

inline bool is_expected(const std::string& expected, const std::string& found) {
    return ("|" + expected + "|").find("|" + found + "|") != std::string::npos;
}

}  // namespace atl::sandbox
