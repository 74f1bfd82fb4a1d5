// SPDX-License-Identifier: Apache-2.0
// Reads columns and blobs back from an archive file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/hdf5_try.hpp"
#include "archive/tables.hpp"

namespace atl::archive {

/// An archive opened for reading. Everything throws InfrastructureError where HDF5 does, and DamageError where the file
/// holds something else than an archive should.
class ArchiveReader {
public:
    /// Throws FormatVersionError when the file is of a newer MAJOR version. Messages call it `shown_as`.
    ArchiveReader(const std::filesystem::path& path, const std::filesystem::path& shown_as);

    /// False when there is nothing of this name.
    bool has(const std::string& path) const;
    std::uint64_t rows(const std::string& column_path) const;
    /// A column of texts, or of numbers in the same type as `like`. DamageError when it does not have `rows` rows.
    ColumnValues read(const std::string& column_path, const ColumnValues& like, std::uint64_t rows) const;
    /// `count` bytes of /blobs/bytes from `offset` on.
    std::string read_bytes(std::uint64_t offset, std::uint64_t count) const;
    /// Opens every object and reads every attribute: what comparing columns never touches may be damaged, too.
    void read_attributes() const;

private:
    std::string text_attribute(const std::string& name) const;
    DatasetHandle open(const std::string& path) const;

    FileHandle file_;
};

}  // namespace atl::archive
