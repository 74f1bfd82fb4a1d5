// SPDX-License-Identifier: Apache-2.0
// HDF5's filters shuffle and deflate, done by zlib outside of HDF5.
#include "archive/chunk_writer.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "atoll/core/error.hpp"

namespace atl::archive {
namespace {

constexpr int deflate_level = 1;  // 6 takes twice the time for 15 % of program text, and nothing of coordinates
constexpr std::size_t most_under_way = 16;
constexpr unsigned most_threads = 2;

/// HDF5's filter of that name: all first bytes of the rows, then all second ones, ...
std::string shuffled(std::string_view rows, std::size_t row_bytes) {
    std::string out(rows.size(), '\0');
    const std::size_t count = rows.size() / row_bytes;
    char* to = out.data();
    for (std::size_t byte = 0; byte < row_bytes; ++byte) {
        const char* from = rows.data() + byte;
        for (std::size_t row = 0; row < count; ++row, from += row_bytes) *to++ = *from;
    }
    return out;
}

/// True when the bytes' entropy leaves deflate next to nothing to win: coordinates of vectors, compressed data. Trying
/// would cost most of a fold's time.
bool is_incompressible(std::string_view bytes) {
    constexpr double bits_per_byte = 7.5;
    constexpr std::size_t step = 5;  // a sample is enough; it meets each of a coordinate's eight bytes
    std::array<std::uint32_t, 256> counts{};
    std::size_t sampled = 0;
    for (std::size_t i = 0; i < bytes.size(); i += step, ++sampled) ++counts[static_cast<std::uint8_t>(bytes[i])];
    double bits = 0;
    for (const std::uint32_t count : counts) {
        if (count > 0) bits -= count * std::log2(count / static_cast<double>(sampled));
    }
    return bits > bits_per_byte * static_cast<double>(sampled);
}

}  // namespace

ChunkWriter::ChunkWriter() {
    const unsigned count = std::clamp(std::thread::hardware_concurrency(), 1U, most_threads);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // signals belong to the main thread
    try {
        for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
        // A limit on processes: fewer threads, or none, do the same work.
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

ChunkWriter::~ChunkWriter() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        todo_.clear();
    }
    work_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void ChunkWriter::write(SharedDataset dataset, std::uint64_t row, std::string chunk, std::size_t row_bytes) {
    const auto job = std::make_shared<Job>();
    job->dataset = std::move(dataset);
    job->row = row;
    job->row_bytes = row_bytes;
    job->bytes = std::move(chunk);
    under_way_.push_back(job);
    if (threads_.empty()) {
        compress(*job);
        job->done = true;
    } else {
        const std::lock_guard lock(mutex_);
        todo_.push_back(job);
    }
    work_.notify_one();
    while (under_way_.size() > most_under_way) write_first();
}

void ChunkWriter::finish() {
    while (!under_way_.empty()) write_first();
}

void ChunkWriter::write_first() {
    const std::shared_ptr<Job> job = under_way_.front();
    {
        std::unique_lock lock(mutex_);
        done_.wait(lock, [&job] { return job->done; });
    }
    under_way_.pop_front();
    const hsize_t row = job->row;
    H5_TRY(H5Dwrite_chunk(job->dataset->get(), H5P_DEFAULT, job->filters_left_out, &row, job->bytes.size(),
                          job->bytes.data()));
}

void ChunkWriter::work() {
    for (;;) {
        std::shared_ptr<Job> job;
        {
            std::unique_lock lock(mutex_);
            work_.wait(lock, [this] { return stopping_ || !todo_.empty(); });
            if (stopping_) return;
            job = std::move(todo_.front());
            todo_.pop_front();
        }
        compress(*job);
        {
            const std::lock_guard lock(mutex_);
            job->done = true;
        }
        done_.notify_one();
    }
}

void ChunkWriter::compress(Job& job) {
    try {
        shuffle_and_deflate(job);
    } catch (const std::bad_alloc&) {
        // Stored as far as it has come.
    }
}

void ChunkWriter::shuffle_and_deflate(Job& job) {
    job.filters_left_out = job.row_bytes > 1 ? 3 : 1;  // bit i: the pipeline's filter i; deflate is the last
    if (job.row_bytes > 1) {
        job.bytes = shuffled(job.bytes, job.row_bytes);
        job.filters_left_out = 2;
    } else if (is_incompressible(job.bytes)) {
        return;
    }
    uLongf length = compressBound(static_cast<uLong>(job.bytes.size()));
    std::string deflated(length, '\0');
    const int result =
        compress2(reinterpret_cast<Bytef*>(deflated.data()), &length, reinterpret_cast<const Bytef*>(job.bytes.data()),
                  static_cast<uLong>(job.bytes.size()), deflate_level);
    // As HDF5 does it: a chunk that deflate fails at, or makes no shorter, is stored as it is.
    if (result != Z_OK || length >= job.bytes.size()) return;
    deflated.resize(length);
    job.bytes = std::move(deflated);
    job.filters_left_out = 0;
}

}  // namespace atl::archive
