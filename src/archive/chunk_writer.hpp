// SPDX-License-Identifier: Apache-2.0
// Compresses chunks on threads of its own: deflate is most of a fold, and HDF5 itself does one thing at a time.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "archive/hdf5_try.hpp"

namespace atl::archive {

using SharedDataset = std::shared_ptr<const DatasetHandle>;

/// Writes whole chunks of datasets that were made with shuffle (when row_bytes > 1) and deflate.
/// Invariant: chunks reach the file in the order of write(), whatever thread was faster: same content, same bytes.
/// Only the thread that calls uses HDF5.
class ChunkWriter {
public:
    ChunkWriter();
    /// Drops what finish() has not written.
    ~ChunkWriter();
    ChunkWriter(const ChunkWriter&) = delete;
    ChunkWriter& operator=(const ChunkWriter&) = delete;

    /// `chunk` is exactly as long as the dataset's chunks; `row` is its first row. Blocks while too many are under way.
    void write(SharedDataset dataset, std::uint64_t row, std::string chunk, std::size_t row_bytes);
    /// Writes all that is under way.
    void finish();

private:
    struct Job {
        SharedDataset dataset;
        std::uint64_t row = 0;
        std::size_t row_bytes = 1;
        std::string bytes;                   ///< the rows; once done what goes into the file
        std::uint32_t filters_left_out = 0;  ///< bit i: filter i was not applied
        bool done = false;
    };

    static void compress(Job& job);
    static void shuffle_and_deflate(Job& job);
    void work();
    void write_first();

    std::mutex mutex_;
    std::condition_variable work_;                ///< todo_ or stopping_ changed
    std::condition_variable done_;                ///< some job is done
    std::deque<std::shared_ptr<Job>> todo_;       ///< not yet taken by a thread
    std::deque<std::shared_ptr<Job>> under_way_;  ///< not yet written, in the order of write()
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace atl::archive
