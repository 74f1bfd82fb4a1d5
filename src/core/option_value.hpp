// SPDX-License-Identifier: Apache-2.0
// One option's value: from a TOML value or from plain text, checked against its row.
#pragma once

#include <string>
#include <string_view>

#include "atoll/core/options.hpp"
#include "atoll/core/toml.hpp"

namespace atl::option_value {

/// From a job file; an integer is taken for a real. `place` ("job.toml:7") starts the message of an InputError.
OptionValue from_toml(const Option& option, const toml_text::Value& value, std::string_view place);

/// From an environment variable or a flag: text is taken as it stands, a list as "a,b" or as a TOML array.
OptionValue from_text(const Option& option, std::string_view text, std::string_view place);

/// The option's default.
OptionValue from_default(const Option& option);

/// std::logic_error when the default does not fit its own row.
void check_default(const Option& option);

}  // namespace atl::option_value
