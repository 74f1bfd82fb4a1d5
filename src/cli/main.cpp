// SPDX-License-Identifier: Apache-2.0
// The program: parse, do, and turn every error into one message and its documented exit code.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "atoll/app/startup.hpp"
#include "atoll/core/build_info.hpp"
#include "atoll/core/error.hpp"
#include "verbs.hpp"

int main(int argc, char** argv) {
    CLI::App program{"atoll: an MPI batch search engine", "atoll"};
    program.set_version_flag("--version", atl::build_line());
    program.require_subcommand(1);
    atl::cli::Action action;
    atl::cli::add_evolve(program, action);
    atl::cli::add_resume(program, action);
    atl::cli::add_evaluate(program, action);
    atl::cli::add_status(program, action);
    atl::cli::add_report(program, action);
    atl::cli::add_archive(program, action);
    program.footer(
        "Exit codes: 0 ok, 1 internal, 2 bad input, 3 run directory busy, 4 format version, 5 infrastructure, 6 "
        "damaged,\n"
        "75 stopped early and resumable.");
    try {
        program.parse(argc, argv);
        return static_cast<int>(action());
    } catch (const CLI::ParseError& error) {
        return atl::cli::exit_parse_error(program, error);
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
