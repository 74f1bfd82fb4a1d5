// SPDX-License-Identifier: Apache-2.0
// Writes the template of a kind under the problem's own name.
#include "atoll/app/new_problem.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <string_view>
#include <system_error>
#include <vector>

#include "app/template_files.hpp"
#include "atoll/app/own_problem.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"
#include "atoll/core/nearest.hpp"

namespace atl::app {
namespace {

constexpr std::string_view name_mark = "@NAME@";

/// The template's text with the problem's name in it, and without atoll's licence: what users make of it is theirs.
std::string filled_in(std::string_view text, const std::string& name) {
    if (text.substr(0, text.find('\n')).find("SPDX") != std::string_view::npos) text.remove_prefix(text.find('\n') + 1);
    std::string filled(text);
    for (std::size_t at = 0; (at = filled.find(name_mark, at)) != std::string::npos; at += name.size()) {
        filled.replace(at, name_mark.size(), name);
    }
    return filled;
}

void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw InputError("can not make " + folder.string() + ": " + error.message() + "; choose another --folder");
}

}  // namespace

ExitCode new_problem(const NewProblemRequest& request) {
    check_own_name(request.name);
    const std::vector<std::string> kinds = evolve::own_kind_names();
    if (!evolve::parse_own_kind(request.kind)) {
        throw InputError(fmt::format("unknown kind '{}'{}; there are {}", request.kind,
                                     did_you_mean(request.kind, kinds), fmt::join(kinds, ", ")));
    }
    const std::filesystem::path folder = request.folder / request.name;
    make_folder(request.folder);
    std::error_code error;
    // NOTE: create_directory says whether this process made it: nothing that was there before is ever written to.
    if (!std::filesystem::create_directory(folder, error)) {
        throw InputError(error
                             ? "can not make " + folder.string() + ": " + error.message() + "; choose another --folder"
                             : folder.string() + " is there already; choose another name or --folder");
    }
    Json::Array written;
    for (const TemplateFile& file : template_files()) {
        const std::string_view path = file.path;
        if (!path.starts_with(request.kind + "/")) continue;
        const std::string inside(path.substr(request.kind.size() + 1));
        make_folder((folder / inside).parent_path());
        write_file_atomically(folder / inside, filled_in(file.text(), request.name));
        written.emplace_back(inside);
    }
    if (request.json) {
        Json json;
        json.set("folder", folder.string());
        json.set("problem", request.name);
        json.set("kind", request.kind);
        json.set("files", std::move(written));
        std::cout << json.dump(2) << "\n";
        return ExitCode::ok;
    }
    std::cout << folder.string() << ":";
    for (const Json& file : written) std::cout << " " << file.as_string();
    std::cout << "\nsee " << (folder / "README.md").string() << "\n";
    return ExitCode::ok;
}

}  // namespace atl::app
