// SPDX-License-Identifier: Apache-2.0
// A wrong command line gets one message that names the nearest right word.
#include <iostream>
#include <vector>

#include "atoll/core/nearest.hpp"
#include "verbs.hpp"

namespace atl::cli {

namespace {

/// The subcommand that was being parsed.
const CLI::App& innermost(const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : innermost(*parsed.front());
}

std::vector<std::string> names_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    for (const CLI::App* verb : app.get_subcommands(nullptr)) names.push_back(verb->get_name());
    return names;
}

}  // namespace

int exit_parse_error(const CLI::App& program, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);
    const CLI::App& verb = innermost(program);
    std::string message = error.what();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr ||
        dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
        const std::vector<std::string> extras =
            verb.remaining(false).empty() ? program.remaining(true) : verb.remaining(false);
        if (!extras.empty()) {
            std::string word = extras.front();
            if (const auto equals = word.find('='); equals != std::string::npos) word.resize(equals);
            message = "unknown word '" + word + "'" + did_you_mean(word, names_of(verb));
        }
    }
    std::cerr << "atoll: " << message << "; see 'atoll " << (&verb == &program ? "" : verb.get_name() + " ")
              << "--help'\n";
    return static_cast<int>(ExitCode::bad_input);
}

}  // namespace atl::cli
