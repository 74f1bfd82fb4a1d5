// SPDX-License-Identifier: Apache-2.0
// The life time of MPI in this process, and the communicators handed to transports.
#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "atoll/transport/launch.hpp"
#include "atoll/transport/mpi_transport.hpp"
#include "transport/mpi_endpoint.hpp"
#include "transport/mpi_try.hpp"

namespace atl::transport {

class MpiSession::State {
public:
    State();
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    MPI_Comm duplicate();

    MPI_Comm everyone = MPI_COMM_NULL;  ///< our own duplicate of the world
    int rank = 0;
    int size = 1;
    int local_rank = 0;
    int local_size = 1;

private:
    void open();
    void close() noexcept;

    bool finalizes_ = false;  ///< false when the program around us had started MPI already
    std::vector<MPI_Comm> given_out_;
};

MpiSession::State::State() {
    const Environment environment = current_environment();
    detect_missing_process_manager(mpi_version(), environment);

    int finalized = 0;
    MPI_TRY(MPI_Finalized(&finalized), "is the MPI library whole?");
    if (finalized != 0) throw InfrastructureError("MPI was finalised already in this process and cannot start again");
    int initialized = 0;
    int provided = MPI_THREAD_SINGLE;
    MPI_TRY(MPI_Initialized(&initialized), "is the MPI library whole?");
    if (initialized != 0) {
        MPI_TRY(MPI_Query_thread(&provided), "call MPI_Init_thread before");
    } else {
        MPI_TRY(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "start the program with mpirun");
        finalizes_ = true;
    }
    try {
        if (provided < MPI_THREAD_FUNNELED) {
            throw InfrastructureError(
                fmt::format("{} offers only MPI_THREAD_SINGLE, but atoll runs worker threads beside MPI; use an MPI "
                            "built with MPI_THREAD_FUNNELED or higher",
                            mpi_version()));
        }
        open();
        detect_singleton_mismatch(size, environment);
    } catch (...) {
        close();
        throw;
    }
}

MpiSession::State::~State() { close(); }

/// The one place that names MPI_COMM_WORLD: there is no other way to reach all ranks. Everything else in the
/// library works on duplicates of it, so that the messages of a program around us never meet ours.
void MpiSession::State::open() {
    // duplicates inherit the handler; the world itself gets its own back, as it may belong to somebody else
    MPI_Errhandler handler = MPI_ERRHANDLER_NULL;
    MPI_TRY(MPI_Comm_get_errhandler(MPI_COMM_WORLD, &handler), "is the MPI library whole?");
    MPI_TRY(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "is the MPI library whole?");
    const int duplicated = MPI_Comm_dup(MPI_COMM_WORLD, &everyone);
    MPI_TRY(MPI_Comm_set_errhandler(MPI_COMM_WORLD, handler), "is the MPI library whole?");
    MPI_TRY(MPI_Errhandler_free(&handler), "is the MPI library whole?");
    MPI_TRY(duplicated, "did every rank get to its start?");
    MPI_TRY(MPI_Comm_rank(everyone, &rank), "is the MPI library whole?");
    MPI_TRY(MPI_Comm_size(everyone, &size), "is the MPI library whole?");

    MPI_Comm node = MPI_COMM_NULL;
    MPI_TRY(MPI_Comm_split_type(everyone, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node),
            "did every rank get to its start?");
    MPI_TRY(MPI_Comm_rank(node, &local_rank), "is the MPI library whole?");
    MPI_TRY(MPI_Comm_size(node, &local_size), "is the MPI library whole?");
    MPI_TRY(MPI_Comm_free(&node), "did every rank get to its start?");
}

void MpiSession::State::close() noexcept {
    for (auto& communicator : given_out_) MPI_TRY_NOEXCEPT(MPI_Comm_free(&communicator), "the run itself is over");
    given_out_.clear();
    if (everyone != MPI_COMM_NULL) MPI_TRY_NOEXCEPT(MPI_Comm_free(&everyone), "the run itself is over");
    if (finalizes_) MPI_TRY_NOEXCEPT(MPI_Finalize(), "the run itself is over");
    finalizes_ = false;
}

MPI_Comm MpiSession::State::duplicate() {
    MPI_Comm communicator = MPI_COMM_NULL;
    MPI_TRY(MPI_Comm_dup(everyone, &communicator), "do all ranks ask for a transport equally often?");
    given_out_.push_back(communicator);
    return communicator;
}

MpiSession::MpiSession() : state_(std::make_unique<State>()) {}
MpiSession::~MpiSession() = default;

int MpiSession::rank() const { return state_->rank; }
int MpiSession::size() const { return state_->size; }
int MpiSession::local_rank() const { return state_->local_rank; }
int MpiSession::local_size() const { return state_->local_size; }

std::unique_ptr<Transport> MpiSession::transport() { return std::make_unique<MpiEndpoint>(state_->duplicate()); }

void MpiSession::abort(ExitCode code) noexcept {
    MPI_Abort(state_->everyone, static_cast<int>(code));
    std::_Exit(static_cast<int>(code));
}

std::string mpi_version() {
    std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
    int length = 0;
    int major = 0;
    int minor = 0;
    MPI_TRY(MPI_Get_library_version(text.data(), &length), "is the MPI library whole?");
    MPI_TRY(MPI_Get_version(&major, &minor), "is the MPI library whole?");
    std::string library(text.data());
    library.resize(std::min(library.size(), library.find_first_of(",\n")));  // the rest is packaging
    for (auto& character : library) {
        if (character == '\t') character = ' ';
    }
    return fmt::format("{} (MPI {}.{})", library, major, minor);
}

std::string processor_name() {
    std::array<char, MPI_MAX_PROCESSOR_NAME> text{};
    int length = 0;
    MPI_TRY(MPI_Get_processor_name(text.data(), &length), "make an MpiSession first");
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace atl::transport
