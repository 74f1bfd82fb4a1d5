// SPDX-License-Identifier: Apache-2.0
// HDF5 calls that read an archive.
#include "archive/hdf5_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <type_traits>

#include "atoll/archive/fold.hpp"
#include "atoll/core/error.hpp"

namespace atl::archive {
namespace {

/// No text in an archive is wider: the limit for attributes that hold whole files.
constexpr std::size_t widest_text = std::size_t{16} * 1024 * 1024;

template <class Value>
hid_t memory_type() {
    if constexpr (std::is_same_v<Value, std::uint8_t>) return H5T_NATIVE_UINT8;
    if constexpr (std::is_same_v<Value, std::uint32_t>) return H5T_NATIVE_UINT32;
    if constexpr (std::is_same_v<Value, std::uint64_t>) return H5T_NATIVE_UINT64;
    if constexpr (std::is_same_v<Value, double>) return H5T_NATIVE_DOUBLE;
}

std::uint64_t rows_of(hid_t dataset, const std::string& path) {
    const SpaceHandle space(H5_TRY(H5Dget_space(dataset)));
    if (H5Sget_simple_extent_ndims(space.get()) != 1) throw DamageError(path + " is not one-dimensional");
    hsize_t rows = 0;
    H5_TRY(H5Sget_simple_extent_dims(space.get(), &rows, nullptr));
    return rows;
}

/// Width of a fixed-length text type.
std::size_t text_width(hid_t type, const std::string& path) {
    const bool fixed_text = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0;
    const std::size_t width = H5Tget_size(type);
    if (!fixed_text || width == 0 || width > widest_text) throw DamageError(path + " is not a text of fixed length");
    return width;
}

std::string without_padding(const char* bytes, std::size_t width) {
    return {bytes, static_cast<std::size_t>(std::find(bytes, bytes + width, '\0') - bytes)};
}

std::vector<std::string> read_texts(hid_t dataset, const std::string& path) {
    const TypeHandle type(H5_TRY(H5Dget_type(dataset)));
    const std::size_t width = text_width(type.get(), path);
    const hsize_t rows = rows_of(dataset, path);
    std::vector<std::string> values;
    values.reserve(rows);
    const hsize_t part = std::max<hsize_t>(1, std::size_t{4} * 1024 * 1024 / width);
    std::string bytes;
    for (hsize_t first = 0; first < rows; first += part) {
        const hsize_t count = std::min(part, rows - first);
        bytes.resize(count * width);
        const SpaceHandle memory(H5_TRY(H5Screate_simple(1, &count, nullptr)));
        const SpaceHandle place(H5_TRY(H5Dget_space(dataset)));
        H5_TRY(H5Sselect_hyperslab(place.get(), H5S_SELECT_SET, &first, nullptr, &count, nullptr));
        H5_TRY(H5Dread(dataset, type.get(), memory.get(), place.get(), H5P_DEFAULT, bytes.data()));
        for (hsize_t i = 0; i < count; ++i) values.push_back(without_padding(bytes.data() + i * width, width));
    }
    return values;
}

/// Reads one attribute into nothing. HDF5 calls this: no exception may leave it, and a negative result ends the walk.
herr_t read_attribute(hid_t object, const char* name, const H5A_info_t* /*info*/, void* /*data*/) {
    const AttributeHandle attribute(H5Aopen(object, name, H5P_DEFAULT));
    if (attribute.get() < 0) return -1;
    const TypeHandle type(H5Aget_type(attribute.get()));
    const SpaceHandle space(H5Aget_space(attribute.get()));
    if (type.get() < 0 || space.get() < 0 || H5Tdetect_class(type.get(), H5T_VLEN) != 0) return -1;
    const hssize_t count = H5Sget_simple_extent_npoints(space.get());
    const std::size_t width = H5Tget_size(type.get());
    if (count < 1 || width == 0 || static_cast<std::size_t>(count) > widest_text / width) return -1;
    try {
        std::vector<char> bytes(static_cast<std::size_t>(count) * width);
        return H5Aread(attribute.get(), type.get(), bytes.data());
    } catch (const std::exception&) {
        return -1;
    }
}

herr_t read_object(hid_t file, const char* name, const H5O_info_t* /*info*/, void* /*data*/) {
    const Handle<H5Oclose> object(H5Oopen(file, name, H5P_DEFAULT));
    if (object.get() < 0) return -1;
    return H5Aiterate2(object.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, read_attribute, nullptr);
}

}  // namespace

ArchiveReader::ArchiveReader(const std::filesystem::path& path, const std::filesystem::path& shown_as) {
    file_ = FileHandle(H5_TRY(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)));
    const std::string format = text_attribute("format");
    int major = 0;
    const auto [end, error] = std::from_chars(format.data(), format.data() + format.size(), major);
    if (error != std::errc() || end == format.data() + format.size() || *end != '.' || major < 1) {
        throw DamageError(fmt::format("{}: '{}' is no archive format", shown_as.string(), format));
    }
    if (major > archive_format_major) {
        throw FormatVersionError(
            fmt::format("{} is of archive format {}; this atoll reads up to {}.x: use the atoll "
                        "that wrote it, or fold it again",
                        shown_as.string(), format, archive_format_major));
    }
}

std::string ArchiveReader::text_attribute(const std::string& name) const {
    const AttributeHandle attribute(H5_TRY(H5Aopen(file_.get(), name.c_str(), H5P_DEFAULT)));
    const TypeHandle type(H5_TRY(H5Aget_type(attribute.get())));
    const std::size_t width = text_width(type.get(), name);
    const SpaceHandle space(H5_TRY(H5Aget_space(attribute.get())));
    if (H5Sget_simple_extent_npoints(space.get()) != 1) throw DamageError(name + " is not one value");
    std::string bytes(width, '\0');
    H5_TRY(H5Aread(attribute.get(), type.get(), bytes.data()));
    return without_padding(bytes.data(), width);
}

DatasetHandle ArchiveReader::open(const std::string& path) const {
    return DatasetHandle(H5_TRY(H5Dopen2(file_.get(), path.c_str(), H5P_DEFAULT)));
}

bool ArchiveReader::has(const std::string& path) const {
    return H5_TRY(H5Lexists(file_.get(), path.c_str(), H5P_DEFAULT)) > 0;
}

std::uint64_t ArchiveReader::rows(const std::string& column_path) const {
    return rows_of(open(column_path).get(), column_path);
}

ColumnValues ArchiveReader::read(const std::string& column_path, const ColumnValues& like, std::uint64_t rows) const {
    const DatasetHandle dataset = open(column_path);
    const std::uint64_t found = rows_of(dataset.get(), column_path);
    if (found != rows) {
        throw DamageError(fmt::format("{} has {} rows where {} are expected", column_path, found, rows));
    }
    return std::visit(
        [&](const auto& cells) -> ColumnValues {
            using Value = typename std::decay_t<decltype(cells)>::value_type;
            if constexpr (std::is_same_v<Value, std::string>) {
                return read_texts(dataset.get(), column_path);
            } else {
                std::vector<Value> values(rows);
                H5_TRY(H5Dread(dataset.get(), memory_type<Value>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
                return values;
            }
        },
        like);
}

std::string ArchiveReader::read_bytes(std::uint64_t offset, std::uint64_t count) const {
    const DatasetHandle dataset = open("blobs/bytes");
    const hsize_t first = offset;
    const hsize_t length = count;
    const SpaceHandle memory(H5_TRY(H5Screate_simple(1, &length, nullptr)));
    const SpaceHandle place(H5_TRY(H5Dget_space(dataset.get())));
    H5_TRY(H5Sselect_hyperslab(place.get(), H5S_SELECT_SET, &first, nullptr, &length, nullptr));
    std::string bytes(count, '\0');
    H5_TRY(H5Dread(dataset.get(), H5T_NATIVE_UINT8, memory.get(), place.get(), H5P_DEFAULT, bytes.data()));
    return bytes;
}

void ArchiveReader::read_attributes() const {
    // all information: it walks through the indexes of chunks, as readers do that list a file (h5py)
    H5_TRY(H5Ovisit2(file_.get(), H5_INDEX_NAME, H5_ITER_INC, read_object, nullptr, H5O_INFO_ALL));
}

}  // namespace atl::archive
