// SPDX-License-Identifier: Apache-2.0
// H5_TRY, and handles that close themselves.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

namespace atl::archive {

/// Throws InfrastructureError: HDF5's innermost message, the call, its place, and what to do next.
[[noreturn]] void throw_hdf5_error(const char* expression, const char* file, int line);

template <class Result>
Result hdf5_check(Result result, const char* expression, const char* file, int line) {
    if (result < 0) throw_hdf5_error(expression, file, line);
    return result;
}

/// Evaluates a call of the HDF5 library and hands its result on; a negative one throws.
#define H5_TRY(expression) ::atl::archive::hdf5_check((expression), #expression, __FILE__, __LINE__)

/// Owns an identifier; Close runs once, its failure is lost (close() reports it).
template <herr_t (*Close)(hid_t)>
class Handle {
public:
    Handle() = default;
    explicit Handle(hid_t id) : id_(id) {}
    ~Handle() { reset(); }
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
    Handle& operator=(Handle&& other) noexcept {
        if (this != &other) {
            reset();
            id_ = std::exchange(other.id_, H5I_INVALID_HID);
        }
        return *this;
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    hid_t get() const { return id_; }
    void close() { H5_TRY(Close(std::exchange(id_, H5I_INVALID_HID))); }

private:
    void reset() noexcept {
        if (id_ >= 0) (void)Close(id_);
        id_ = H5I_INVALID_HID;
    }
    hid_t id_ = H5I_INVALID_HID;
};

using FileHandle = Handle<H5Fclose>;
using GroupHandle = Handle<H5Gclose>;
using DatasetHandle = Handle<H5Dclose>;
using SpaceHandle = Handle<H5Sclose>;
using TypeHandle = Handle<H5Tclose>;
using AttributeHandle = Handle<H5Aclose>;
using PropertiesHandle = Handle<H5Pclose>;

/// While one lives, HDF5 prints nothing to stderr on this thread: H5_TRY tells what went wrong.
class QuietHdf5 {
public:
    QuietHdf5();
    ~QuietHdf5();
    QuietHdf5(const QuietHdf5&) = delete;
    QuietHdf5& operator=(const QuietHdf5&) = delete;

private:
    H5E_auto2_t function_ = nullptr;
    void* data_ = nullptr;
};

}  // namespace atl::archive
