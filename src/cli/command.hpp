// SPDX-License-Identifier: Apache-2.0
// The words of a command line, declared verb by verb; the parsing library stays behind this header.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace atl::cli {

/// One verb, or the program itself. Words are written into the given variables while parsing, which must outlive it.
class Command {
public:
    struct Node;
    explicit Command(Node& node) : node_(&node) {}

    Command verb(const std::string& name, const std::string& text);
    /// One of the verbs must follow.
    void require_verb();

    void positional(const std::string& name, std::filesystem::path& value, const std::string& text,
                    const std::string& shown_as);
    void positional(const std::string& name, std::string& value, const std::string& text, const std::string& shown_as);
    /// One or more, all the words that are no flags.
    void positionals(const std::string& name, std::vector<std::filesystem::path>& values, const std::string& text,
                     const std::string& shown_as);
    void required_option(const std::string& flag, std::filesystem::path& value, const std::string& text,
                         const std::string& shown_as);
    void required_option(const std::string& flag, std::string& value, const std::string& text,
                         const std::string& shown_as);
    void option(const std::string& flag, std::filesystem::path& value, const std::string& text,
                const std::string& shown_as);
    void option(const std::string& flag, std::optional<std::filesystem::path>& value, const std::string& text,
                const std::string& shown_as);
    void option(const std::string& flag, std::string& value, const std::string& text, const std::string& shown_as);
    void option(const std::string& flag, std::optional<std::string>& value, const std::string& text,
                const std::string& shown_as);
    /// A number in [minimum, maximum]; left alone when not given.
    void option(const std::string& flag, std::optional<double>& value, double minimum, double maximum,
                const std::string& text, const std::string& shown_as);
    void option(const std::string& flag, std::uint32_t& value, std::uint32_t maximum, const std::string& text,
                const std::string& shown_as);
    void choice(const std::string& flag, std::string& value, const std::vector<std::string>& choices,
                const std::string& text);
    void flag(const std::string& flag, bool& value, const std::string& text);
    /// May be given several times, one value each.
    void repeated(const std::string& flag, std::vector<std::string>& values, const std::string& text,
                  const std::string& shown);
    /// Calls back with each value given; listed under `group`.
    void callback(const std::string& flag, const std::function<void(const std::string&)>& given,
                  const std::string& text, const std::string& group);
    /// Called when this verb was the one given, after its words are in place.
    void on_parsed(std::function<void()> action);

private:
    Node* node_;
};

/// The whole command line.
class Program {
public:
    Program(const std::string& name, const std::string& text, const std::string& version, const std::string& footer);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    Command root();
    /// Parses and runs the verb's on_parsed. Help and version are printed and give 0; a wrong word gives one message
    /// with the nearest right one, and 2. Empty when there is work to do.
    std::optional<int> parse(int argc, char** argv);

private:
    std::unique_ptr<Command::Node> node_;
};

}  // namespace atl::cli
