// SPDX-License-Identifier: Apache-2.0
// A file of the source tree that the program carries (cmake/AtollEmbed.cmake).
#pragma once

#include <string_view>

namespace atl {

struct EmbeddedFile {
    std::string_view name;  ///< relative to the root of the source: "models/gpus/gb200.toml"
    std::string_view text;
};

}  // namespace atl
