// SPDX-License-Identifier: Apache-2.0
// Journal segments: any bytes are read up to what is whole, with notes. The first byte chooses between a segment's raw
// bytes and frames whose checksums are made right here, so that their payloads reach the decoders.
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "atoll/core/error.hpp"
#include "atoll/journal/encoding.hpp"
#include "atoll/journal/frame.hpp"
#include "atoll/journal/reader.hpp"
#include "atoll/journal/writer.hpp"
#include "fuzz/fuzz_target.hpp"
#include "journal/sample_records.hpp"
#include "journal/temporary_folder.hpp"

namespace atl::fuzz {
namespace {

constexpr char raw = 0;
constexpr char framed = 1;

/// Bytes of a frame in the framed form: type, length (u8), payload.
std::string frame_of(journal::FrameType type, const std::string& payload) {
    const std::string part = payload.substr(0, 255);
    return std::string{static_cast<char>(type), static_cast<char>(part.size())} + part;
}

std::string payload_of(const Record& record) {
    std::string payload;
    journal::encode(record, payload);
    return payload;
}

/// The framed form as a segment: a preamble, then each frame with its true checksum.
std::string segment_of(std::string_view frames) {
    std::string bytes = journal::encode_preamble();
    while (frames.size() >= 2) {
        const auto type = static_cast<journal::FrameType>(frames[0]);
        const std::size_t length = std::min<std::size_t>(static_cast<std::uint8_t>(frames[1]), frames.size() - 2);
        const std::size_t begin = journal::open_frame(bytes, type);
        bytes += frames.substr(2, length);
        journal::close_frame(bytes, begin, begin);
        frames.remove_prefix(2 + length);
    }
    return bytes;
}

/// A run of one segment, whose file stays open and is written anew for each input.
class Run {
public:
    Run() : path_(journal::segment_path(folder_.path(), 0, 0)) { atl::testing::write_bytes(path_, ""); }

    journal::RunContents read(std::string_view segment) const {
        std::filesystem::resize_file(path_, 0);
        std::FILE* file = std::fopen(path_.c_str(), "wb");
        require(file != nullptr && std::fwrite(segment.data(), 1, segment.size(), file) == segment.size(), "room");
        std::fclose(file);
        return journal::read_run(folder_.path());
    }

private:
    atl::testing::TemporaryFolder folder_;
    std::filesystem::path path_;
};

/// What a reader promises of whatever it was given.
void check(const journal::RunContents& contents) {
    for (std::size_t i = 1; i < contents.evaluations.size(); ++i) {
        require(contents.evaluations[i - 1].key < contents.evaluations[i].key, "evaluations are by key, each once");
    }
    for (const EvaluationRecord& record : contents.evaluations) {
        const auto again =
            std::get<EvaluationRecord>(journal::decode_record(journal::FrameType::evaluation, payload_of(record)));
        require(payload_of(again) == payload_of(record), "a record that was read is written and read the same");
    }
    for (const LlmCallRecord& call : contents.llm_calls) {
        const auto again =
            std::get<LlmCallRecord>(journal::decode_record(journal::FrameType::llm_call, payload_of(call)));
        require(payload_of(again) == payload_of(call), "a call that was read is written and read the same");
    }
}

}  // namespace

std::vector<std::string> seed_corpus() {
    const atl::testing::TemporaryFolder run;
    {
        journal::FileJournal journal(run.path(), atl::testing::sample_info());
        for (std::uint32_t slot = 0; slot < 2; ++slot) journal.append(atl::testing::sample_evaluation({0, 2, slot, 0}));
        journal.append(
            MigrationRecord{.epoch = 1, .from_island = 1, .to_island = 0, .to_step = 9, .key = {1, 8, 0, 0}});
        journal.append(SnapshotRecord{.island = 0, .step = 9, .state = "state"});
        journal.append(EventRecord{.name = "stopping", .text = "SIGTERM", .elapsed_seconds = 1});
        journal.append(atl::testing::sample_call({0, 2, 1, 0}));
        journal.flush();
    }
    const std::string segment = atl::testing::file_bytes(journal::segment_path(run.path(), 0, 0));
    EvaluationRecord plain;
    plain.key = {1, 2, 3, 0};
    std::string header;
    journal::encode(atl::testing::sample_info(), header);
    std::string frames =
        frame_of(journal::FrameType::header, header) +
        frame_of(journal::FrameType::evaluation, payload_of(atl::testing::sample_evaluation({0, 1, 0, 0})));
    frames += frame_of(journal::FrameType::evaluation, payload_of(plain));
    frames += frame_of(journal::FrameType::migration, payload_of(MigrationRecord{}));
    frames += frame_of(journal::FrameType::snapshot, payload_of(SnapshotRecord{.island = 1, .step = 2, .state = "s"}));
    frames +=
        frame_of(journal::FrameType::event, payload_of(EventRecord{.name = "n", .text = "t", .elapsed_seconds = 0}));
    frames += frame_of(journal::FrameType::llm_call, payload_of(atl::testing::sample_call({0, 1, 0, 0})));
    return {raw + segment, framed + frames, std::string(1, raw)};
}

std::size_t seeded_executions() { return 10'000; }

void read_input(std::string_view input) {
    if (input.empty()) return;
    static const Run run;
    const std::string_view rest = input.substr(1);
    try {
        check(run.read(static_cast<std::uint8_t>(input[0]) % 2 == raw ? std::string(rest) : segment_of(rest)));
    } catch (const FormatVersionError&) {
        return;  // a whole preamble of a newer version
    }
}

}  // namespace atl::fuzz
