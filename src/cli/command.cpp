// SPDX-License-Identifier: Apache-2.0
// The command line by CLI11; the one file that knows it.
#include "command.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"

namespace atl::cli {

/// A CLI11 application with its verbs' nodes.
struct Command::Node {
    CLI::App* app = nullptr;
    std::unique_ptr<CLI::App> owned;
    std::vector<std::unique_ptr<Node>> verbs;
};

Command Command::verb(const std::string& name, const std::string& text) {
    auto node = std::make_unique<Node>();
    node->app = node_->app->add_subcommand(name, text);
    node_->verbs.push_back(std::move(node));
    return Command(*node_->verbs.back());
}

void Command::require_verb() { node_->app->require_subcommand(1); }

void Command::positional(const std::string& name, std::filesystem::path& value, const std::string& text,
                         const std::string& shown_as) {
    node_->app->add_option(name, value, text)->required()->type_name(shown_as);
}

void Command::positional(const std::string& name, std::string& value, const std::string& text,
                         const std::string& shown_as) {
    node_->app->add_option(name, value, text)->required()->type_name(shown_as);
}

void Command::positionals(const std::string& name, std::vector<std::filesystem::path>& values, const std::string& text,
                          const std::string& shown_as) {
    node_->app->add_option(name, values, text)->required()->type_name(shown_as);
}

void Command::required_option(const std::string& flag, std::filesystem::path& value, const std::string& text,
                              const std::string& shown_as) {
    node_->app->add_option(flag, value, text)->required()->type_name(shown_as);
}

void Command::required_option(const std::string& flag, std::string& value, const std::string& text,
                              const std::string& shown_as) {
    node_->app->add_option(flag, value, text)->required()->type_name(shown_as);
}

void Command::option(const std::string& flag, std::filesystem::path& value, const std::string& text,
                     const std::string& shown_as) {
    node_->app->add_option(flag, value, text)->type_name(shown_as);
}

void Command::option(const std::string& flag, std::optional<std::filesystem::path>& value, const std::string& text,
                     const std::string& shown_as) {
    node_->app->add_option(flag, value, text)->type_name(shown_as);
}

void Command::option(const std::string& flag, std::optional<std::string>& value, const std::string& text,
                     const std::string& shown_as) {
    node_->app->add_option(flag, value, text)->type_name(shown_as);
}

void Command::option(const std::string& flag, std::string& value, const std::string& text,
                     const std::string& shown_as) {
    node_->app->add_option(flag, value, text)->type_name(shown_as);
}

void Command::option(const std::string& flag, std::optional<double>& value, double minimum, double maximum,
                     const std::string& text, const std::string& shown_as) {
    node_->app->add_option(flag, value, text)->check(CLI::Range(minimum, maximum))->type_name(shown_as);
}

void Command::option(const std::string& flag, std::uint32_t& value, std::uint32_t maximum, const std::string& text,
                     const std::string& shown_as) {
    node_->app->add_option(flag, value, text)->check(CLI::Range(0U, maximum))->type_name(shown_as);
}

void Command::choice(const std::string& flag, std::string& value, const std::vector<std::string>& choices,
                     const std::string& text) {
    node_->app->add_option(flag, value, text)->check(CLI::IsMember(choices));
}

void Command::flag(const std::string& flag, bool& value, const std::string& text) {
    node_->app->add_flag(flag, value, text);
}

void Command::repeated(const std::string& flag, std::vector<std::string>& values, const std::string& text,
                       const std::string& shown) {
    node_->app->add_option(flag, values, text)->allow_extra_args(false)->take_all()->type_name(shown);
}

void Command::callback(const std::string& flag, const std::function<void(const std::string&)>& given,
                       const std::string& text, const std::string& group) {
    node_->app->add_option_function<std::string>(flag, given, text)->group(group)->type_name("");
}

void Command::on_parsed(std::function<void()> action) { node_->app->callback(std::move(action)); }

namespace {

/// The verb that was being parsed.
const CLI::App& innermost(const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : innermost(*parsed.front());
}

std::vector<std::string> words_of(const CLI::App& app) {
    std::vector<std::string> words;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    }
    for (const CLI::App* verb : app.get_subcommands(nullptr)) words.push_back(verb->get_name());
    return words;
}

/// The message for a wrong command line, with the nearest right word where a word is unknown.
std::string message_of(const CLI::App& program, const CLI::App& verb, const CLI::ParseError& error) {
    const bool unknown = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr ||
                         dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    std::vector<std::string> extras = verb.remaining(false);
    if (extras.empty()) extras = program.remaining(true);
    if (!unknown || extras.empty()) return error.what();
    std::string word = extras.front();
    if (const auto equals = word.find('='); equals != std::string::npos) word.resize(equals);
    return "unknown word '" + word + "'" + did_you_mean(word, words_of(verb));
}

}  // namespace

Program::Program(const std::string& name, const std::string& text, const std::string& version,
                 const std::string& footer)
    : node_(std::make_unique<Command::Node>()) {
    node_->owned = std::make_unique<CLI::App>(text, name);
    node_->app = node_->owned.get();
    node_->app->set_version_flag("--version", version);
    node_->app->footer(footer);
}

Program::~Program() = default;

Command Program::root() { return Command(*node_); }

std::optional<int> Program::parse(int argc, char** argv) {
    try {
        node_->app->parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return node_->app->exit(error);
        const CLI::App& verb = innermost(*node_->app);
        std::cerr << "atoll: " << message_of(*node_->app, verb, error) << "; see 'atoll "
                  << (&verb == node_->app ? "" : verb.get_name() + " ") << "--help'\n";
        return static_cast<int>(ExitCode::bad_input);
    }
}

}  // namespace atl::cli
