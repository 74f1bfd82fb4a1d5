// SPDX-License-Identifier: Apache-2.0
// Fields of island state, written and read in one fixed order.
#include "atoll/evolve/state_encoding.hpp"

#include <bit>
#include <cstring>
#include <variant>

#include "atoll/core/error.hpp"
#include "atoll/journal/encoding.hpp"

namespace atl::evolve {
namespace {

static_assert(std::endian::native == std::endian::little, "fields are copied, not swapped");

template <class Value>
void append(std::string& bytes, Value value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
}

template <class Value>
Value load(std::string_view raw) {
    Value value;
    std::memcpy(&value, raw.data(), sizeof value);
    return value;
}

}  // namespace

void StateWriter::u8(std::uint8_t value) { append(bytes_, value); }
void StateWriter::u32(std::uint32_t value) { append(bytes_, value); }
void StateWriter::u64(std::uint64_t value) { append(bytes_, value); }
void StateWriter::f64(double value) { append(bytes_, value); }

void StateWriter::text(std::string_view value) {
    u64(value.size());
    bytes_.append(value);
}

void StateWriter::record(const EvaluationRecord& value) {
    std::string payload;
    journal::encode(Record(value), payload);
    text(payload);
}

std::string_view StateReader::take(std::uint64_t size) {
    if (size > bytes_.size()) throw DamageError("an island's snapshot ends early; resume from an earlier snapshot");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
}

std::uint8_t StateReader::u8() { return load<std::uint8_t>(take(1)); }
std::uint32_t StateReader::u32() { return load<std::uint32_t>(take(4)); }
std::uint64_t StateReader::u64() { return load<std::uint64_t>(take(8)); }
double StateReader::f64() { return load<double>(take(8)); }
std::string StateReader::text() {
    const std::uint64_t size = u64();
    return std::string(take(size));
}

EvaluationRecord StateReader::record() {
    const std::string payload = text();
    auto value = std::get<EvaluationRecord>(journal::decode_record(journal::FrameType::evaluation, payload));
    if (!bytes_of_) {
        value.candidate.bytes = text();
        return value;
    }
    value.candidate.bytes = bytes_of_(value.candidate_sha256);
    if (sha256(value.candidate.bytes) != value.candidate_sha256) {
        throw DamageError("an island's snapshot names the candidate " + to_hex(value.candidate_sha256) +
                          ", whose bytes are lost; atoll archive verify shows where");
    }
    return value;
}

void StateReader::finish() const {
    if (!bytes_.empty()) throw DamageError("an island's snapshot is longer than its content");
}

}  // namespace atl::evolve
