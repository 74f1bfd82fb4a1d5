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

}  // namespace atl::sandbox
