// SPDX-License-Identifier: Apache-2.0
// Writes an archive file: tables as groups of columns, attributes, blobs. The only user of HDF5's writing side.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "archive/chunk_writer.hpp"
#include "archive/hdf5_try.hpp"
#include "archive/tables.hpp"
#include "atoll/core/hash.hpp"
#include "atoll/core/json.hpp"

namespace atl::archive {

/// Bytes of one chunk of a column or of /blobs/bytes.
constexpr std::size_t chunk_bytes = std::size_t{256} * 1024;

/// One archive being written; nothing in it is readable before close().
class ArchiveWriter {
public:
    explicit ArchiveWriter(const std::filesystem::path& path);

    /// A scalar JSON value as an attribute of `object` ("/" or a group); texts are cleaned, null is left out.
    void write_attribute(const std::string& object, const std::string& name, const Json& value) const;
    void write_group(const std::string& name, const std::string& description) const;
    void write_table(const Table& table) const;
    /// Creates a column in an existing group.
    void write_column(const std::string& group, const ColumnInfo& info, const ColumnValues& values) const;

    /// Flushes and closes; throws when anything could not be written.
    void close();

    hid_t file() const { return file_.get(); }
    ChunkWriter& chunks() const { return *chunks_; }

private:
    FileHandle file_;
    std::unique_ptr<ChunkWriter> chunks_;  ///< gone before the file, whose datasets it holds
};

/// Appends contents to /blobs/bytes as they come, holding one chunk only.
class BlobWriter {
public:
    explicit BlobWriter(ArchiveWriter& archive);
    void append(const Sha256& digest, std::string_view bytes);
    /// Writes what is left and the columns sha256, offset and length; returns how many blobs there are.
    std::uint64_t finish();

private:
    void write_pending();

    ArchiveWriter& archive_;
    SharedDataset bytes_;
    std::string pending_;  ///< less than a chunk
    std::uint64_t written_ = 0;
    std::vector<std::string> digests_;
    std::vector<std::uint64_t> offsets_;
    std::vector<std::uint64_t> lengths_;
};

}  // namespace atl::archive
