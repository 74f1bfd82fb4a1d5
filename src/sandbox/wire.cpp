// SPDX-License-Identifier: Apache-2.0
// Encoding of the words between a rank and its warden.
#include "sandbox/wire.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace atl::sandbox {
namespace {

WireWriter begin() {
    WireWriter writer;
    writer << wire_version;
    return writer;
}

WireReader begin(std::string_view bytes) {
    WireReader reader(bytes);
    std::uint32_t version = 0;
    reader >> version;
    if (version != wire_version) throw InfrastructureError("sandbox: the warden is of another version");
    return reader;
}

}  // namespace

std::string encode(const WardenSettings& settings) {
    WireWriter writer = begin();
    writer << std::string_view(settings.python) << settings.read_paths << settings.disabled_layers
           << std::string_view(settings.scratch_root);
    return writer.bytes();
}

WardenSettings decode_settings(std::string_view bytes) {
    WardenSettings settings;
    begin(bytes) >> settings.python >> settings.read_paths >> settings.disabled_layers >> settings.scratch_root;
    return settings;
}

std::string encode(const WardenGreeting& greeting) {
    WireWriter writer = begin();
    for (const LayerReport& layer : greeting.layers) writer << layer.state << std::string_view(layer.reason);
    writer << std::string_view(greeting.error);
    return writer.bytes();
}

WardenGreeting decode_greeting(std::string_view bytes) {
    WardenGreeting greeting;
    WireReader reader = begin(bytes);
    for (LayerReport& layer : greeting.layers) reader >> layer.state >> layer.reason;
    reader >> greeting.error;
    return greeting;
}

std::string encode(std::uint64_t id, const ExecutionRequest& request) {
    WireWriter writer = begin();
    const Limits& limits = request.limits;
    writer << id << request.profile << request.words << std::string_view(request.result_name) << limits.wall_seconds
           << limits.cpu_seconds << limits.memory_bytes << limits.scratch_bytes << limits.output_bytes
           << limits.result_bytes << limits.open_files << limits.processes;
    return writer.bytes();
}

std::uint64_t decode(std::string_view bytes, ExecutionRequest& request) {
    WireReader reader = begin(bytes);
    std::uint64_t id = 0;
    Limits& limits = request.limits;
    reader >> id >> request.profile >> request.words >> request.result_name >> limits.wall_seconds >>
        limits.cpu_seconds >> limits.memory_bytes >> limits.scratch_bytes >> limits.output_bytes >>
        limits.result_bytes >> limits.open_files >> limits.processes;
    return id;
}

std::string encode(std::uint64_t id, const Execution& execution) {
    WireWriter writer = begin();
    writer << id << execution.end << execution.exit_code << execution.signal << std::string_view(execution.error)
           << execution.wall_seconds << execution.cpu_seconds << execution.peak_bytes << execution.printed_bytes
           << std::string_view(execution.output_head) << std::string_view(execution.output_tail)
           << execution.result_file << std::string_view(execution.result);
    return writer.bytes();
}

std::uint64_t decode(std::string_view bytes, Execution& execution) {
    std::uint64_t id = 0;
    begin(bytes) >> id >> execution.end >> execution.exit_code >> execution.signal >> execution.error >>
        execution.wall_seconds >> execution.cpu_seconds >> execution.peak_bytes >> execution.printed_bytes >>
        execution.output_head >> execution.output_tail >> execution.result_file >> execution.result;
    return id;
}

std::string framed(std::string_view payload) {
    const auto size = static_cast<std::uint32_t>(payload.size());
    std::string frame(sizeof size, '\0');
    std::memcpy(frame.data(), &size, sizeof size);
    frame += payload;
    return frame;
}

bool send_with_descriptors(int socket, std::string_view bytes, std::span<const int> descriptors) {
    if (descriptors.empty() || descriptors.size() > most_descriptors) return false;
    alignas(cmsghdr) char control[CMSG_SPACE(most_descriptors * sizeof(int))]{};
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
    ssize_t sent = -1;
    while ((sent = sendmsg(socket, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR) {
    }
    return sent > 0 && write_fully(socket, bytes.substr(static_cast<std::size_t>(sent)));
}

ssize_t receive_with_descriptor(int socket, std::span<char> into, int& descriptor) {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof descriptor)]{};
    iovec part{into.data(), into.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    descriptor = no_descriptor;
    const ssize_t got = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got <= 0) return got;
    if ((message.msg_flags & MSG_CTRUNC) != 0) descriptor = lost_descriptor;
    const cmsghdr* const header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof descriptor)) {
        std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    }
    return got;
}

bool write_fully(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

bool read_fully(int descriptor, char* into, std::size_t size) {
    while (size > 0) {
        const ssize_t got = read(descriptor, into, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        into += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

bool read_frame(int descriptor, std::string& payload) {
    std::uint32_t size = 0;
    char raw[sizeof size];
    if (!read_fully(descriptor, raw, sizeof raw)) return false;
    std::memcpy(&size, raw, sizeof size);
    if (size > longest_frame) return false;
    payload.resize(size);
    return read_fully(descriptor, payload.data(), size);
}

}  // namespace atl::sandbox
