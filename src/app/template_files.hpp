// SPDX-License-Identifier: Apache-2.0
// The files that `atoll new` writes, carried in the program as they lie in src/app/templates.
#pragma once

#include <span>
#include <string_view>

namespace atl::app {

struct TemplateFile {
    const char* path;  ///< "program-cpp/driver.cpp": the kind, and the path inside the problem's folder
    std::string_view (*text)();
};

std::span<const TemplateFile> template_files();

}  // namespace atl::app
