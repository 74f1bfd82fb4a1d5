// SPDX-License-Identifier: Apache-2.0
// Compression by zlib.
#include "atoll/core/gzip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <memory>

#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"

namespace atl {

std::string decompress(std::string bytes, std::string_view name, std::uint64_t maximum_bytes) {
    if (!bytes.starts_with("\x1f\x8b")) return bytes;
    constexpr int largest_window_gzip = 15 + 16;
    z_stream stream{};
    if (inflateInit2(&stream, largest_window_gzip) != Z_OK) throw InfrastructureError("zlib can not be started");
    const std::unique_ptr<z_stream, int (*)(z_stream*)> ending(&stream, inflateEnd);
    stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string text;
    constexpr std::size_t step = 1U << 20U;
    for (int state = Z_OK; state != Z_STREAM_END;) {
        const std::size_t before = text.size();
        if (before > maximum_bytes) {
            throw InputError(fmt::format("{}: longer than {} bytes once decompressed", name, maximum_bytes));
        }
        text.resize(before + step);
        stream.next_out = reinterpret_cast<Bytef*>(text.data() + before);
        stream.avail_out = step;
        state = inflate(&stream, Z_NO_FLUSH);
        text.resize(before + step - stream.avail_out);
        if (state != Z_OK && state != Z_STREAM_END) {
            throw InputError(fmt::format("{}: not a whole gzip file; copy it anew", name));
        }
    }
    return text;
}

std::string compress(std::string_view text) {
    constexpr int largest_window_gzip = 15 + 16;
    constexpr int memory_level = 8;
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, largest_window_gzip, memory_level, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        throw InfrastructureError("zlib can not be started");
    }
    const std::unique_ptr<z_stream, int (*)(z_stream*)> ending(&stream, deflateEnd);
    std::string input(text);
    std::string bytes(deflateBound(&stream, input.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_out = static_cast<uInt>(bytes.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw InfrastructureError("zlib can not compress");
    bytes.resize(stream.total_out);
    return bytes;
}

std::string read_compressed_file(const std::filesystem::path& path, std::uint64_t maximum_bytes) {
    return decompress(read_text_file(path, maximum_bytes), path.string(), maximum_bytes);
}

}  // namespace atl
