// SPDX-License-Identifier: Apache-2.0
// A mock server that serves as long as this lives.
#pragma once

#include <string>
#include <thread>

#include "atoll/llm/mock_server.hpp"

namespace atl::llm {

class RunningMock {
public:
    explicit RunningMock(const MockOptions& options) : server(options), thread_([this] { server.run(); }) {}
    ~RunningMock() {
        server.stop();
        thread_.join();
    }
    RunningMock(const RunningMock&) = delete;
    RunningMock& operator=(const RunningMock&) = delete;
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()) + "/v1"; }

    MockServer server;

private:
    std::thread thread_;
};

}  // namespace atl::llm
