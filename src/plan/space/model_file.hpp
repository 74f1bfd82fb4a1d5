// SPDX-License-Identifier: Apache-2.0
// Exact-key TOML files of models/ by way of the table of options.
#pragma once

#include <cctype>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atoll/core/options.hpp"

namespace atl::plan {

/// A key of a model file; `default_text` empty: it is required.
inline Option model_key(OptionType type, std::string key, std::string default_text = {},
                        double maximum = std::numeric_limits<double>::infinity()) {
    Option option;
    option.key = std::move(key);
    option.type = type;
    option.default_text = std::move(default_text);
    if (type == OptionType::integer || type == OptionType::real) {
        option.minimum = 0;
        option.maximum = maximum;
    }
    return option;
}

/// A name as it is compared: without case, '-', '_', '.' and blanks.
inline std::string folded_name(std::string_view name) {
    std::string text;
    for (const char c : name) {
        if (c == '-' || c == '_' || c == '.' || c == ' ') continue;
        text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return text;
}

/// Throws InputError with place and the nearest key.
inline ResolvedOptions read_model_file(const OptionTable& keys, std::string_view toml, std::string_view file_name) {
    return resolve_options(keys, JobFile{std::string(file_name), std::string(toml)}, {}, {});
}

}  // namespace atl::plan
