// SPDX-License-Identifier: Apache-2.0
// The little-endian encoding of island state in snapshots: written field by field, read back with every length checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "atoll/core/record.hpp"

namespace atl::evolve {

/// Appends fields to a byte string. Doubles are stored bit for bit.
class StateWriter {
public:
    void u8(std::uint8_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void f64(double value);
    void text(std::string_view value);           ///< u64 length, then the bytes
    void record(const EvaluationRecord& value);  ///< in the journal's encoding, with the candidate's bytes
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

/// Reads the same fields in the same order. Throws DamageError when the bytes end early or hold impossible values.
class StateReader {
public:
    explicit StateReader(std::string_view bytes) : bytes_(bytes) {}
    std::uint8_t u8();
    std::uint32_t u32();
    std::uint64_t u64();
    double f64();
    std::string text();
    EvaluationRecord record();
    /// Throws DamageError when anything is left.
    void finish() const;

private:
    std::string_view take(std::uint64_t size);
    std::string_view bytes_;
};

}  // namespace atl::evolve
