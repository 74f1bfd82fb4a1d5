// SPDX-License-Identifier: Apache-2.0
// Files into a memory file.
#include "sandbox/bundle.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "atoll/core/error.hpp"

namespace atl::sandbox {
namespace {

void append(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) throw InfrastructureError(std::string("bundle: ") + std::strerror(errno));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

template <class T>
void add(std::string& bytes, T value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
}

}  // namespace

Descriptor bundle_of(const std::vector<ProgramFile>& files) {
    constexpr std::size_t copied_bytes = 4096;  // what is larger is written as it lies there
    Descriptor bundle(memfd_create("bundle", MFD_CLOEXEC));
    if (bundle.get() < 0) throw InfrastructureError(std::string("memfd_create: ") + std::strerror(errno));
    std::string pending;
    add(pending, static_cast<std::uint32_t>(files.size()));
    for (const ProgramFile& file : files) {
        add(pending, static_cast<std::uint32_t>(file.name.size()));
        add(pending, static_cast<std::uint32_t>(file.executable ? 1 : 0));
        add(pending, static_cast<std::uint64_t>(file.bytes.size()));
        pending += file.name;
        if (file.bytes.size() <= copied_bytes) {
            pending += file.bytes;
            continue;
        }
        append(bundle.get(), pending);
        pending.clear();
        append(bundle.get(), file.bytes);
    }
    append(bundle.get(), pending);
    return bundle;
}

}  // namespace atl::sandbox
