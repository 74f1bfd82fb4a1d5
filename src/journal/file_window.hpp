// SPDX-License-Identifier: Apache-2.0
// Reads a file through a moving window, so that a segment of any size costs a few MiB of memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace atl::journal {

/// pread, not mmap: a writer that cuts a torn frame off while we read must not kill the reader (SIGBUS).
class FileWindow {
public:
    /// Reads at most `limit` bytes. Throws InfrastructureError when the file can not be opened or read.
    FileWindow(const std::filesystem::path& path, std::uint64_t limit);
    ~FileWindow();
    FileWindow(const FileWindow&) = delete;
    FileWindow& operator=(const FileWindow&) = delete;

    /// The smaller of the limit and the file's length when it was opened.
    std::uint64_t size() const { return size_; }

    /// `length` bytes from `offset` on, fewer at the end; valid until the next call.
    std::string_view view(std::uint64_t offset, std::size_t length) {
        if (offset < begin_ || offset + length > begin_ + buffer_.size()) load(offset, length);
        return std::string_view(buffer_).substr(static_cast<std::size_t>(offset - begin_), length);
    }

private:
    void load(std::uint64_t offset, std::size_t length);

    std::filesystem::path path_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
    std::uint64_t begin_ = 0;
    std::string buffer_;
};

}  // namespace atl::journal
