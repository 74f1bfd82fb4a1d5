// SPDX-License-Identifier: Apache-2.0
// The program: parse, do, and turn every error into one message and its documented exit code.
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "atoll/app/startup.hpp"
#include "atoll/core/build_info.hpp"
#include "atoll/core/error.hpp"
#include "atoll/sandbox/warden.hpp"
#include "command.hpp"
#include "verbs.hpp"

int main(int argc, char** argv) {
    // not for people: the program starts itself so, for the sandbox
    if (argc == 2 && std::string_view(argv[1]) == "warden") return atl::sandbox::warden_main();
    std::string command_line = "atoll";
    for (int i = 1; i < argc; ++i) command_line += std::string(" ") + argv[i];
    try {
        atl::cli::Program program("atoll", "atoll: an MPI batch search engine", atl::build_line(),
                                  "Exit codes: 0 ok, 1 internal, 2 bad input, 3 run directory busy, 4 format version, "
                                  "5 infrastructure,\n6 damaged, 75 stopped early and resumable.");
        atl::cli::Command root = program.root();
        root.require_verb();
        atl::cli::Action action;
        atl::cli::add_evolve(root, action, command_line);
        atl::cli::add_resume(root, action, command_line);
        atl::cli::add_plan(root, action, command_line);
        atl::cli::add_reproduce(root, action);
        atl::cli::add_new(root, action);
        atl::cli::add_evaluate(root, action);
        atl::cli::add_status(root, action);
        atl::cli::add_stop(root, action);
        atl::cli::add_report(root, action);
        atl::cli::add_archive(root, action, command_line);
        atl::cli::add_mock_llm(root, action);
        atl::cli::add_doctor(root, action);
        if (const auto code = program.parse(argc, argv)) return *code;
        return static_cast<int>(action());
    } catch (const atl::app::SilentError& error) {
        return static_cast<int>(error.code());
    } catch (const atl::Error& error) {
        std::fprintf(stderr, "atoll: %s\n", error.what());
        return static_cast<int>(error.code());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "atoll: internal error: %s\n", error.what());
        return static_cast<int>(atl::ExitCode::internal);
    }
}
