// SPDX-License-Identifier: Apache-2.0
// HDF5 calls that create an archive.
#include "archive/hdf5_writer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <utility>

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

/// An extensible 1-D dataset, empty as yet, compressed in chunks of about chunk_bytes.
DatasetHandle create_dataset(hid_t file, const std::string& path, hid_t type, std::size_t row_bytes, std::size_t rows,
                             bool shuffle) {
    const hsize_t most = std::max<hsize_t>(1, std::min<hsize_t>(8192, chunk_bytes / row_bytes));
    const hsize_t chunk = row_bytes == 1 && !shuffle ? chunk_bytes : std::clamp<hsize_t>(rows, 1, most);
    const hsize_t none = 0;
    const hsize_t unlimited = H5S_UNLIMITED;
    const SpaceHandle space(H5_TRY(H5Screate_simple(1, &none, &unlimited)));
    const PropertiesHandle properties(H5_TRY(H5Pcreate(H5P_DATASET_CREATE)));
    H5_TRY(H5Pset_chunk(properties.get(), 1, &chunk));
    if (shuffle) H5_TRY(H5Pset_shuffle(properties.get()));
    H5_TRY(H5Pset_deflate(properties.get(), gzip_level));
    H5_TRY(H5Pset_obj_track_times(properties.get(), false));
    return DatasetHandle(
        H5_TRY(H5Dcreate2(file, path.c_str(), type, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT)));
}

void write_rows(hid_t dataset, hid_t memory_type, hsize_t offset, hsize_t count, const void* rows) {
    const SpaceHandle memory(H5_TRY(H5Screate_simple(1, &count, nullptr)));
    const SpaceHandle place(H5_TRY(H5Dget_space(dataset)));
    H5_TRY(H5Sselect_hyperslab(place.get(), H5S_SELECT_SET, &offset, nullptr, &count, nullptr));
    H5_TRY(H5Dwrite(dataset, memory_type, memory.get(), place.get(), H5P_DEFAULT, rows));
}

/// Extends `dataset` to `offset + count` rows and writes the new ones.
void append_rows(hid_t dataset, hid_t memory_type, hsize_t offset, hsize_t count, const void* rows) {
    const hsize_t end = offset + count;
    H5_TRY(H5Dset_extent(dataset, &end));
    write_rows(dataset, memory_type, offset, count, rows);
}

/// True when the bytes' entropy leaves deflate next to nothing to win: coordinates of vectors, compressed data. Trying
/// would cost most of a fold's time.
bool is_incompressible(std::string_view bytes) {
    constexpr double bits_per_byte = 7.5;
    std::array<std::uint32_t, 256> counts{};
    for (const char byte : bytes) ++counts[static_cast<std::uint8_t>(byte)];
    double bits = 0;
    for (const std::uint32_t count : counts) {
        if (count > 0) bits -= count * std::log2(count / static_cast<double>(bytes.size()));
    }
    return bits > bits_per_byte * static_cast<double>(bytes.size());
}

template <class Value>
DatasetHandle write_numbers(hid_t file, const std::string& path, const std::vector<Value>& values) {
    const hid_t type = native_type<Value>();
    DatasetHandle dataset = create_dataset(file, path, type, sizeof(Value), values.size(), true);
    if (!values.empty()) append_rows(dataset.get(), type, 0, values.size(), values.data());
    return dataset;
}

DatasetHandle write_texts(hid_t file, const std::string& path, const std::vector<std::string>& values) {
    std::size_t width = 1;
    for (const std::string& value : values) width = std::max(width, value.size());
    const TypeHandle type = text_type(width);
    DatasetHandle dataset = create_dataset(file, path, type.get(), width, values.size(), true);
    // Padded rows are made a few chunks at a time: a long column of long texts need not lie in memory at once.
    const std::size_t part = std::max<std::size_t>(1, 16 * chunk_bytes / width);
    std::string rows;
    for (std::size_t first = 0; first < values.size(); first += part) {
        const std::size_t count = std::min(part, values.size() - first);
        rows.assign(count * width, '\0');
        for (std::size_t i = 0; i < count; ++i) {
            const std::string& value = values[first + i];
            std::copy(value.begin(), value.end(), rows.begin() + static_cast<std::ptrdiff_t>(i * width));
        }
        append_rows(dataset.get(), type.get(), first, count, rows.data());
    }
    return dataset;
}

void describe_column(hid_t dataset, const ColumnInfo& info) {
    write_text_attribute(dataset, "unit", info.unit);
    write_text_attribute(dataset, "description", info.description);
    const std::uint8_t in_content_hash = info.in_content_hash ? 1 : 0;
    write_scalar(dataset, "in_content_hash", H5T_NATIVE_UINT8, &in_content_hash);
}

}  // namespace

ArchiveWriter::ArchiveWriter(const std::filesystem::path& path) {
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
    const DatasetHandle dataset = std::visit(
        [&](const auto& cells) {
            using Value = typename std::decay_t<decltype(cells)>::value_type;
            if constexpr (std::is_same_v<Value, std::string>) {
                return write_texts(file(), path, cells);
            } else {
                return write_numbers(file(), path, cells);
            }
        },
        values);
    describe_column(dataset.get(), info);
}

void ArchiveWriter::close() {
    H5_TRY(H5Fflush(file(), H5F_SCOPE_LOCAL));
    file_.close();
}

BlobWriter::BlobWriter(ArchiveWriter& archive) : archive_(archive) {
    archive.write_group("blobs", "Contents by SHA-256: blob i is bytes[offset[i] : offset[i] + length[i]]");
    bytes_ = create_dataset(archive.file(), "blobs/bytes", H5T_NATIVE_UINT8, 1, 0, false);
    describe_column(bytes_.get(), {"bytes", "byte", "All contents, one after another", false});
}

void BlobWriter::append(const Sha256& digest, std::string_view bytes) {
    digests_.push_back(to_hex(digest));
    offsets_.push_back(written_ + pending_.size());
    lengths_.push_back(bytes.size());
    pending_ += bytes;
    // Whole chunks only, so that none is compressed twice.
    if (pending_.size() >= 4 * chunk_bytes) write_pending(pending_.size() / chunk_bytes * chunk_bytes);
}

std::uint64_t BlobWriter::finish() {
    if (!pending_.empty()) write_pending(pending_.size());
    bytes_ = DatasetHandle();
    archive_.write_column("blobs", {"sha256", "", "SHA-256 of the content, in hexadecimal", false}, digests_);
    archive_.write_column("blobs", {"offset", "byte", "Where it begins in bytes", false}, offsets_);
    archive_.write_column("blobs", {"length", "byte", "How long it is", false}, lengths_);
    return digests_.size();
}

void BlobWriter::write_pending(std::size_t count) {
    const hsize_t end = written_ + count;
    H5_TRY(H5Dset_extent(bytes_.get(), &end));
    for (std::size_t done = 0; done < count; done += chunk_bytes) {
        const std::size_t part = std::min(chunk_bytes, count - done);
        const char* bytes = pending_.data() + done;
        const hsize_t offset = written_ + done;
        if (part == chunk_bytes && is_incompressible({bytes, part})) {
            constexpr std::uint32_t without_deflate = 1;  // bit 0: the pipeline's first filter is skipped
            H5_TRY(H5Dwrite_chunk(bytes_.get(), H5P_DEFAULT, without_deflate, &offset, part, bytes));
        } else {
            write_rows(bytes_.get(), H5T_NATIVE_UINT8, offset, part, bytes);
        }
    }
    pending_.erase(0, count);
    written_ += count;
}

}  // namespace atl::archive
