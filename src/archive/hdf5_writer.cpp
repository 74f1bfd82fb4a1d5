// SPDX-License-Identifier: Apache-2.0
// HDF5 calls that create an archive.
#include "archive/hdf5_writer.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "atoll/core/clean_text.hpp"

namespace atl::archive {
namespace {

constexpr unsigned gzip_level = 1;

template <class Value>
hid_t native_type() {
    if constexpr (std::is_same_v<Value, std::uint8_t>) return H5T_NATIVE_UINT8;
    if constexpr (std::is_same_v<Value, std::uint32_t>) return H5T_NATIVE_UINT32;
    if constexpr (std::is_same_v<Value, std::uint64_t>) return H5T_NATIVE_UINT64;
    if constexpr (std::is_same_v<Value, std::int64_t>) return H5T_NATIVE_INT64;
    if constexpr (std::is_same_v<Value, double>) return H5T_NATIVE_DOUBLE;
}

TypeHandle text_type(std::size_t bytes) {
    TypeHandle type(H5_TRY(H5Tcopy(H5T_C_S1)));
    H5_TRY(H5Tset_size(type.get(), std::max<std::size_t>(bytes, 1)));
    H5_TRY(H5Tset_cset(type.get(), H5T_CSET_UTF8));
    H5_TRY(H5Tset_strpad(type.get(), H5T_STR_NULLPAD));
    return type;
}

void write_scalar(hid_t object, const std::string& name, hid_t type, const void* value) {
    const SpaceHandle space(H5_TRY(H5Screate(H5S_SCALAR)));
    const AttributeHandle attribute(
        H5_TRY(H5Acreate2(object, name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT)));
    H5_TRY(H5Awrite(attribute.get(), type, value));
}

void write_text_attribute(hid_t object, const std::string& name, std::string_view text) {
    constexpr std::size_t longest = std::size_t{16} * 1024 * 1024;
    std::string clean = clean_text(text, longest);
    const TypeHandle type = text_type(clean.size());
    clean.push_back('\0');  // an empty text still has one byte to read
    write_scalar(object, name, type.get(), clean.c_str());
}

/// Rows of a chunk: about chunk_bytes of them, and no more than a short column has.
std::size_t chunk_rows(std::size_t row_bytes, std::size_t rows) {
    const std::size_t most = std::max<std::size_t>(1, std::min<std::size_t>(8192, chunk_bytes / row_bytes));
    return std::clamp<std::size_t>(rows, 1, most);
}

/// An extensible 1-D dataset, empty as yet, as ChunkWriter fills it.
SharedDataset create_dataset(hid_t file, const std::string& path, hid_t type, std::size_t row_bytes,
                             std::size_t rows_of_chunk) {
    const hsize_t none = 0;
    const hsize_t unlimited = H5S_UNLIMITED;
    const hsize_t chunk = rows_of_chunk;
    const SpaceHandle space(H5_TRY(H5Screate_simple(1, &none, &unlimited)));
    const PropertiesHandle properties(H5_TRY(H5Pcreate(H5P_DATASET_CREATE)));
    H5_TRY(H5Pset_chunk(properties.get(), 1, &chunk));
    if (row_bytes > 1) H5_TRY(H5Pset_shuffle(properties.get()));
    H5_TRY(H5Pset_deflate(properties.get(), gzip_level));
    H5_TRY(H5Pset_obj_track_times(properties.get(), false));
    return std::make_shared<const DatasetHandle>(
        H5_TRY(H5Dcreate2(file, path.c_str(), type, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT)));
}

void set_rows(const SharedDataset& dataset, hsize_t rows) { H5_TRY(H5Dset_extent(dataset->get(), &rows)); }

/// A column of `rows` rows; `fill(first, count, out)` writes rows into out, which is zero.
template <class Fill>
SharedDataset write_rows(hid_t file, ChunkWriter& chunks, const std::string& path, hid_t type, std::size_t row_bytes,
                         std::size_t rows, Fill fill) {
    const std::size_t chunk = chunk_rows(row_bytes, rows);
    SharedDataset dataset = create_dataset(file, path, type, row_bytes, chunk);
    set_rows(dataset, rows);
    for (std::size_t first = 0; first < rows; first += chunk) {
        std::string bytes(chunk * row_bytes, '\0');
        fill(first, std::min(chunk, rows - first), bytes.data());
        chunks.write(dataset, first, std::move(bytes), row_bytes);
    }
    return dataset;
}

template <class Value>
SharedDataset write_numbers(hid_t file, ChunkWriter& chunks, const std::string& path,
                            const std::vector<Value>& values) {
    return write_rows(file, chunks, path, native_type<Value>(), sizeof(Value), values.size(),
                      [&values](std::size_t first, std::size_t count, char* out) {
                          std::memcpy(out, values.data() + first, count * sizeof(Value));
                      });
}

SharedDataset write_texts(hid_t file, ChunkWriter& chunks, const std::string& path,
                          const std::vector<std::string>& values) {
    std::size_t width = 1;
    for (const std::string& value : values) width = std::max(width, value.size());
    const TypeHandle type = text_type(width);
    return write_rows(file, chunks, path, type.get(), width, values.size(),
                      [&values, width](std::size_t first, std::size_t count, char* out) {
                          for (std::size_t i = 0; i < count; ++i, out += width) values[first + i].copy(out, width);
                      });
}

void describe_column(hid_t dataset, const ColumnInfo& info) {
    write_text_attribute(dataset, "unit", info.unit);
    write_text_attribute(dataset, "description", info.description);
    const std::uint8_t in_content_hash = info.in_content_hash ? 1 : 0;
    write_scalar(dataset, "in_content_hash", H5T_NATIVE_UINT8, &in_content_hash);
}

}  // namespace

ArchiveWriter::ArchiveWriter(const std::filesystem::path& path) : chunks_(std::make_unique<ChunkWriter>()) {
    const PropertiesHandle access(H5_TRY(H5Pcreate(H5P_FILE_ACCESS)));
    // 1.8 is old enough for every reader, and lets an attribute (job_toml) exceed 64 KiB.
    H5_TRY(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_V18));
    H5_TRY(H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG));
    const PropertiesHandle creation(H5_TRY(H5Pcreate(H5P_FILE_CREATE)));
    H5_TRY(H5Pset_obj_track_times(creation.get(), false));
    file_ = FileHandle(H5_TRY(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get())));
}

void ArchiveWriter::write_attribute(const std::string& object, const std::string& name, const Json& value) const {
    const Handle<H5Oclose> place(H5_TRY(H5Oopen(file(), object.c_str(), H5P_DEFAULT)));
    if (value.is_bool()) {
        const std::uint8_t number = value.as_bool() ? 1 : 0;
        write_scalar(place.get(), name, H5T_NATIVE_UINT8, &number);
    } else if (value.is_integer()) {
        const std::int64_t number = value.as_integer();
        write_scalar(place.get(), name, H5T_NATIVE_INT64, &number);
    } else if (value.is_number()) {
        const double number = value.as_double();
        write_scalar(place.get(), name, H5T_NATIVE_DOUBLE, &number);
    } else if (value.is_string()) {
        write_text_attribute(place.get(), name, value.as_string());
    }
}

void ArchiveWriter::write_group(const std::string& name, const std::string& description) const {
    const PropertiesHandle creation(H5_TRY(H5Pcreate(H5P_GROUP_CREATE)));
    H5_TRY(H5Pset_obj_track_times(creation.get(), false));
    const GroupHandle group(H5_TRY(H5Gcreate2(file(), name.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT)));
    write_text_attribute(group.get(), "description", description);
}

void ArchiveWriter::write_table(const Table& table) const {
    write_group(table.name, table.description);
    for (const Column& column : table.columns) write_column(table.name, column.info, column.values());
}

void ArchiveWriter::write_column(const std::string& group, const ColumnInfo& info, const ColumnValues& values) const {
    const std::string path = group + "/" + info.name;
    const SharedDataset dataset = std::visit(
        [&](const auto& cells) {
            using Value = typename std::decay_t<decltype(cells)>::value_type;
            if constexpr (std::is_same_v<Value, std::string>) {
                return write_texts(file(), *chunks_, path, cells);
            } else {
                return write_numbers(file(), *chunks_, path, cells);
            }
        },
        values);
    describe_column(dataset->get(), info);
}

void ArchiveWriter::close() {
    chunks_->finish();
    chunks_.reset();
    H5_TRY(H5Fflush(file(), H5F_SCOPE_LOCAL));
    file_.close();
}

BlobWriter::BlobWriter(ArchiveWriter& archive) : archive_(archive) {
    archive.write_group("blobs", "Contents by SHA-256: blob i is bytes[offset[i] : offset[i] + length[i]]");
    bytes_ = create_dataset(archive.file(), "blobs/bytes", H5T_NATIVE_UINT8, 1, chunk_bytes);
    describe_column(bytes_->get(), {"bytes", "byte", "All contents, one after another", false});
    pending_.reserve(chunk_bytes);
}

void BlobWriter::append(const Sha256& digest, std::string_view bytes) {
    digests_.push_back(to_hex(digest));
    offsets_.push_back(written_ + pending_.size());
    lengths_.push_back(bytes.size());
    while (!bytes.empty()) {
        const std::string_view part = bytes.substr(0, chunk_bytes - pending_.size());
        pending_ += part;
        bytes.remove_prefix(part.size());
        if (pending_.size() == chunk_bytes) write_pending();
    }
}

std::uint64_t BlobWriter::finish() {
    if (!pending_.empty()) write_pending();
    bytes_.reset();
    archive_.write_column("blobs", {"sha256", "", "SHA-256 of the content, in hexadecimal", false}, digests_);
    archive_.write_column("blobs", {"offset", "byte", "Where it begins in bytes", false}, offsets_);
    archive_.write_column("blobs", {"length", "byte", "How long it is", false}, lengths_);
    return digests_.size();
}

void BlobWriter::write_pending() {
    const std::uint64_t first = written_;
    written_ += pending_.size();
    set_rows(bytes_, written_);
    pending_.resize(chunk_bytes);  // the last chunk is filled up with zeros, which lie beyond the extent
    archive_.chunks().write(bytes_, first, std::move(pending_), 1);
    pending_.clear();
    pending_.reserve(chunk_bytes);
}

}  // namespace atl::archive
