// SPDX-License-Identifier: Apache-2.0
// A prompt, read line by line for headings and fences.
#include "llm/mock/shown_program.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace atl::llm::mock {

namespace {

constexpr std::string_view blank = " \t\r";

std::string_view trimmed(std::string_view line) {
    const auto begin = line.find_first_not_of(blank);
    if (begin == std::string_view::npos) return {};
    return line.substr(begin, line.find_last_not_of(blank) - begin + 1);
}

std::size_t leading(std::string_view line, char c) { return std::min(line.find_first_not_of(c), line.size()); }

/// "## Current program" gives "current program"; empty when the line is no heading.
std::string heading(std::string_view line) {
    const std::size_t marks = leading(line, '#');
    if (marks == 0 || marks > 6) return {};
    std::string title(trimmed(line.substr(marks)));
    std::transform(title.begin(), title.end(), title.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return title;
}

struct Fence {
    ShownFile file;
    std::size_t section = 0;  ///< number of the heading "Current program" that it is below; 0: none
};

class PromptReader {
public:
    explicit PromptReader(std::string_view prompt) {
        while (!prompt.empty()) {
            const std::size_t end = std::min(prompt.find('\n'), prompt.size());
            read(prompt.substr(0, end));
            prompt.remove_prefix(std::min(end + 1, prompt.size()));
        }
    }

    /// Those that were closed.
    std::vector<Fence> fences;
    std::size_t sections = 0;

private:
    void read(std::string_view line) {
        const std::string_view words = trimmed(line);
        const std::size_t ticks = leading(words, '`');
        if (open_ticks_ != 0) {
            if (ticks >= open_ticks_ && ticks == words.size()) {
                close();
            } else {
                if (lines_++ != 0) open_.file.text += '\n';
                open_.file.text += line;
            }
        } else if (ticks >= 3) {
            open_ticks_ = ticks;
            lines_ = 0;
            open_.file.name = name_;
            open_.file.language = trimmed(words.substr(ticks));
            open_.section = level_ == 0 ? 0 : sections;
        } else if (const std::string title = heading(line); !title.empty()) {
            if (title == "current program") {
                ++sections;
                level_ = leading(line, '#');
            } else if (leading(line, '#') <= level_) {
                level_ = 0;
            }
            name_.clear();
        } else if (words.starts_with("File: ")) {
            name_ = trimmed(words.substr(6));
        } else if (!words.empty()) {
            name_.clear();
        }
    }

    void close() {
        fences.push_back(std::move(open_));
        open_ = {};
        open_ticks_ = 0;
        name_.clear();
    }

    Fence open_;
    std::size_t open_ticks_ = 0;  ///< of the fence that is open; 0: none is
    std::size_t lines_ = 0;       ///< in it so far
    std::size_t level_ = 0;       ///< of the heading "Current program" that this is below; 0: none
    std::string name_;            ///< of the line "File: NAME" just read
};

}  // namespace

std::vector<ShownFile> shown_program(std::string_view prompt) {
    PromptReader reader(prompt);
    auto& fences = reader.fences;
    std::erase_if(fences,
                  [](const Fence& fence) { return fence.file.text.find("<<<<<<< SEARCH") != std::string::npos; });
    std::vector<ShownFile> program;
    for (Fence& fence : fences) {
        if (reader.sections == 0 || fence.section != reader.sections) continue;
        if (program.empty() || (!program.front().name.empty() && !fence.file.name.empty())) {
            program.push_back(std::move(fence.file));
        }
    }
    if (!program.empty()) return program;
    const auto last = [&](auto fits) {
        const auto found = std::find_if(fences.rbegin(), fences.rend(), fits);
        if (found != fences.rend()) program.push_back(std::move(found->file));
    };
    last([](const Fence& fence) { return fence.file.text.find("EVOLVE-BLOCK-START") != std::string::npos; });
    if (program.empty()) {
        last([](const Fence& fence) { return std::count(fence.file.text.begin(), fence.file.text.end(), '\n') >= 2; });
    }
    return program;
}

}  // namespace atl::llm::mock
