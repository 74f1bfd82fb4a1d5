// SPDX-License-Identifier: Apache-2.0
// The words between a rank and its warden: frames of a length and that many bytes, native byte order, one build.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/sandbox/execution.hpp"
#include "atoll/sandbox/layers.hpp"

namespace atl::sandbox {

inline constexpr std::uint32_t wire_version = 2;
inline constexpr std::uint32_t longest_frame = 256U << 20;

/// In the place of an evaluation's number: what came of the interpreter's first warm-up.
inline constexpr std::uint64_t python_word = 0;

/// What a warden is told first.
struct WardenSettings {
    std::string python;
    std::vector<std::string> read_paths;
    std::vector<std::string> disabled_layers;
    std::string scratch_root;
};

/// What it answers.
struct WardenGreeting {
    LayerReports layers;
    std::string error;  ///< not empty: there is no warden
};

class WireWriter {
public:
    template <class T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) WireWriter& operator<<(T value) {
        char raw[sizeof value];
        std::memcpy(raw, &value, sizeof value);
        bytes_.append(raw, sizeof value);
        return *this;
    }
    WireWriter& operator<<(std::string_view text) {
        *this << static_cast<std::uint64_t>(text.size());
        bytes_.append(text);
        return *this;
    }
    WireWriter& operator<<(const std::vector<std::string>& texts) {
        *this << static_cast<std::uint64_t>(texts.size());
        for (const std::string& text : texts) *this << std::string_view(text);
        return *this;
    }
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

/// Throws InfrastructureError past the end.
class WireReader {
public:
    explicit WireReader(std::string_view bytes) : rest_(bytes) {}

    template <class T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) WireReader& operator>>(T& value) {
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return *this;
    }
    WireReader& operator>>(std::string& text) {
        std::uint64_t size = 0;
        *this >> size;
        text = take(size);
        return *this;
    }
    WireReader& operator>>(std::vector<std::string>& texts) {
        std::uint64_t count = 0;
        *this >> count;
        if (count > rest_.size()) throw_short();
        texts.resize(count);
        for (std::string& text : texts) *this >> text;
        return *this;
    }
    bool at_end() const { return rest_.empty(); }

private:
    [[noreturn]] static void throw_short() { throw InfrastructureError("sandbox: a message is cut short"); }
    std::string_view take(std::uint64_t size) {
        if (size > rest_.size()) throw_short();
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::string_view rest_;
};

std::string encode(const WardenSettings& settings);
std::string encode(const WardenGreeting& greeting);
/// A request without its files, which travel as a bundle beside it.
std::string encode(std::uint64_t id, const ExecutionRequest& request);
std::string encode(std::uint64_t id, const Execution& execution);
WardenSettings decode_settings(std::string_view bytes);
WardenGreeting decode_greeting(std::string_view bytes);
std::uint64_t decode(std::string_view bytes, ExecutionRequest& request);
std::uint64_t decode(std::string_view bytes, Execution& execution);

/// A whole frame with its length in front.
std::string framed(std::string_view payload);
/// At most this many descriptors travel with one message.
inline constexpr std::size_t most_descriptors = 3;
/// The bytes, and descriptors with the first of them. False when the other side is gone.
bool send_with_descriptors(int socket, std::string_view bytes, std::span<const int> descriptors);
/// What is there, without waiting: as recv() does, and the descriptor that came with it. At most one comes with a call.
ssize_t receive_with_descriptor(int socket, std::span<char> into, int& descriptor);
inline constexpr int no_descriptor = -1;
inline constexpr int lost_descriptor = -2;  ///< one came, and this process has too many
/// Writes all of it to a blocking descriptor; false when the other side is gone.
bool write_fully(int descriptor, std::string_view bytes);
bool read_fully(int descriptor, char* into, std::size_t size);
/// One payload from a blocking descriptor; false at the end or for a length past longest_frame.
bool read_frame(int descriptor, std::string& payload);

}  // namespace atl::sandbox
