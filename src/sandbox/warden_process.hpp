// SPDX-License-Identifier: Apache-2.0
// The warden's own side: its nurseries, and one loop over the rank's connection and the evaluations in flight.
#pragma once

#include <sys/types.h>

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/bundle.hpp"
#include "sandbox/cell/cell.hpp"
#include "sandbox/flight.hpp"
#include "sandbox/nursery_process.hpp"
#include "sandbox/wire.hpp"

namespace atl::sandbox {

/// Invariant: each keeper that was made is in `flights_` or in `leaving_`.
class WardenProcess {
public:
    /// Tries the layers and begins to warm the interpreter up, which nothing waits for. Throws InfrastructureError.
    WardenProcess(int connection, const WardenSettings& settings);
    ~WardenProcess();
    WardenProcess(const WardenProcess&) = delete;
    WardenProcess& operator=(const WardenProcess&) = delete;

    WardenGreeting greeting() const { return {reports_, {}}; }
    /// To the end of the connection.
    void serve();

private:
    struct Request {
        std::uint64_t id = 0;
        ExecutionRequest execution;  ///< without files
        Descriptor bundle;
    };

    bool on(Layer layer) const { return is_on(reports_, layer); }
    void begin_python();
    void greet_python();
    void take_input();
    void receive(std::string_view payload);
    void start(const Request& request);
    void launch(Flight& flight, const Request& request);
    void make_scratch(Flight& flight) const;
    void bury(bool wait);  ///< collects keepers that have reported and are on their way out
    void answer(std::uint64_t id, const Execution& execution);

    int connection_;
    WardenSettings settings_;
    std::unique_ptr<cell::CellConfig> config_ = std::make_unique<cell::CellConfig>();
    LayerReports reports_;
    bool python_ready_ = false;
    bool python_told_ = false;  ///< the rank knows what came of the first warm-up
    std::string python_error_;  ///< why it never worked
    Nanoseconds python_patience_ends_ = 0;
    std::unique_ptr<NurseryProcess> native_, python_;
    std::deque<Request> until_python_;  ///< requests that wait for the interpreter
    std::map<std::uint64_t, Flight> flights_;
    std::vector<pid_t> leaving_;
    std::string input_;
    std::deque<Descriptor> bundles_;  ///< of the requests in `input_`, in their order
    bool connected_ = true;
    std::filesystem::path scratch_root_;
    MonotonicClock clock_;
};

}  // namespace atl::sandbox
