// SPDX-License-Identifier: Apache-2.0
// The transport over one MPI communicator: nonblocking sends that own their payload, matched probes to receive.
#pragma once

#include <mpi.h>

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atoll/transport/transport.hpp"

namespace atl::transport {

/// Invariants: `requests_` and `payloads_` run in parallel, one entry a send that MPI has not finished with, and a
/// payload's bytes never move while its request lives; `arriving_` is in order of matching, so that a message
/// still being transferred holds back later ones of the same sender, and of nobody else.
class MpiEndpoint final : public Transport {
public:
    /// The communicator must be this object's alone, return errors, and live longer.
    explicit MpiEndpoint(MPI_Comm communicator);
    ~MpiEndpoint() override;
    MpiEndpoint(const MpiEndpoint&) = delete;
    MpiEndpoint& operator=(const MpiEndpoint&) = delete;

    int rank() const override { return rank_; }
    int size() const override { return size_; }
    void send(Message message) override;
    std::optional<Message> receive() override;
    bool idle() override;

private:
    struct Arriving {
        MPI_Request request = MPI_REQUEST_NULL;
        Message message;
    };

    void finish_sends();
    void match_arrivals();
    std::optional<Message> take_arrived();

    MPI_Comm communicator_;
    int rank_ = 0;
    int size_ = 1;
    int tag_limit_ = 0;

    std::vector<MPI_Request> requests_;
    std::vector<std::unique_ptr<std::string>> payloads_;
    std::size_t next_tested_ = 0;
    std::unique_ptr<std::list<Arriving>> arriving_ = std::make_unique<std::list<Arriving>>();
    std::deque<Message> to_self_;
    bool self_first_ = false;  ///< takes turns, so that neither the peers nor oneself starve
};

}  // namespace atl::transport
