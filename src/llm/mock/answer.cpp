// SPDX-License-Identifier: Apache-2.0
// Replies in the forms that prompts ask for: whole files, SEARCH/REPLACE blocks, and either within tags.
#include "llm/mock/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "atoll/core/error.hpp"
#include "llm/mock/changed_program.hpp"
#include "llm/mock/shown_program.hpp"

namespace atl::llm::mock {

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// A message's content is a text, or a list of parts of which those of type text count.
std::string text_of(const Json& content) {
    if (content.is_null()) return {};
    if (content.is_string()) return content.as_string();
    std::string text;
    for (const Json& part : content.as_array()) {
        if (part.is_object() && part["text"].is_string()) text += part["text"].as_string();
    }
    return text;
}

bool is_true(const Json& value) { return value.is_bool() && value.as_bool(); }

/// More backticks than any line of the text begins with, and at least three.
std::string fence_around(std::string_view text) {
    std::size_t longest = 2;
    for (auto at = text.find("```"); at != std::string_view::npos; at = text.find("```", at)) {
        const std::size_t end = std::min(text.find_first_not_of('`', at), text.size());
        longest = std::max(longest, end - at);
        at = end;
    }
    return std::string(longest + 1, '`');
}

std::string with_name(const ShownFile& file) { return file.name.empty() ? "" : "File: " + file.name + "\n"; }

std::string whole_files(const std::vector<ShownFile>& files, const ChangedProgram& changed) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string fence = fence_around(changed.texts[i]);
        parts.push_back(fmt::format("{}{}{}\n{}\n{}", with_name(files[i]), fence,
                                    files[i].language.empty() ? "python" : files[i].language, changed.texts[i], fence));
    }
    return fmt::format("{}", fmt::join(parts, "\n\n"));
}

std::string search_replace(std::string_view before, std::string_view after) {
    return fmt::format("<<<<<<< SEARCH\n{}\n=======\n{}\n>>>>>>> REPLACE", before, after);
}

std::string blocks(const std::vector<ShownFile>& files, const ChangedProgram& changed) {
    std::vector<std::string> parts;
    for (const ChangedPiece& piece : changed.pieces) {
        parts.push_back(with_name(files[piece.file]) + search_replace(piece.before, piece.after));
    }
    return fmt::format("{}", fmt::join(parts, "\n\n"));
}

std::string proposal(const ChatRequest& request, const std::vector<ShownFile>& files, RandomStream& random) {
    const ChangedProgram changed = change(files, random);
    // what earlier parts say of blocks, such as reports of mistakes, asks for none
    const auto task = request.asked.rfind("\n# Task\n");
    const std::string_view wanted =
        task == std::string::npos ? request.whole : std::string_view(request.asked).substr(task);
    const bool as_blocks = has(wanted, "SEARCH/REPLACE") || has(wanted, "<<<<<<< SEARCH");
    if (!has(request.whole, "<NAME>")) {
        return "I change numbers of the program.\n\n" +
               (as_blocks ? blocks(files, changed) : whole_files(files, changed)) + "\n";
    }
    const std::string head = fmt::format(
        "<NAME>\nnumbers_{:08x}\n</NAME>\n\n<DESCRIPTION>\nChanges numbers of the program.\n</DESCRIPTION>\n\n",
        random.below(std::uint64_t{1} << 32));
    return head + (has(request.whole, "<DIFF>") ? "<DIFF>\n" + blocks(files, changed) + "\n</DIFF>\n"
                                                : "<CODE>\n" + whole_files(files, changed) + "\n</CODE>\n");
}

/// Without a program, or with a diff that matches nothing.
std::string unusable(RandomStream& random) {
    if (random.uniform() < 0.5) return "I looked at it for a while, and it seems fine to me as it is.";
    return search_replace("this line is in no program", "nor is this one");
}

std::string prose(std::size_t bytes) {
    constexpr std::string_view sentence = "The numbers may lie off their best values. ";
    std::string text;
    text.reserve(bytes + sentence.size());
    while (text.size() < bytes) text += sentence;
    text.resize(bytes);
    return text;
}

}  // namespace

ChatRequest read_chat_request(const Json& body) {
    if (!body.is_object()) throw InputError("the body is no JSON object");
    const Json& messages = body["messages"];
    if (!messages.is_array() || messages.as_array().empty()) throw InputError("'messages' is no list with a message");
    ChatRequest request;
    for (const Json& message : messages.as_array()) {
        if (!message.is_object()) throw InputError("a message is no JSON object");
        const Json& content = message["content"];
        if (!content.is_null() && !content.is_string() && !content.is_array()) {
            throw InputError("a message's 'content' is no text");
        }
        const std::string text = text_of(content);
        request.content_bytes += text.size();
        request.whole += text + "\n";
        const Json& role = message["role"];
        if (!role.is_string() || role.as_string() != "system") request.asked += text + "\n";
    }
    request.model = body["model"].is_string() ? body["model"].as_string() : "mock";
    for (const char* name : {"max_tokens", "max_completion_tokens"}) {
        const Json& limit = body[name];
        if (limit.is_null()) continue;
        if (!limit.is_integer() || limit.as_integer() < 1) throw InputError(fmt::format("'{}' is no count", name));
        request.max_tokens = static_cast<std::uint64_t>(limit.as_integer());
    }
    request.stream = is_true(body["stream"]);
    const Json& stream_options = body["stream_options"];
    request.include_usage = stream_options.is_object() && is_true(stream_options["include_usage"]);
    return request;
}

std::string answer(const ChatRequest& request, Fault fault, std::uint32_t pad_bytes, RandomStream& random) {
    if (fault == Fault::empty) return {};
    if (fault == Fault::unusable) return unusable(random);
    const std::vector<ShownFile> files = shown_program(request.asked);
    std::string text = files.empty() ? "There is no program to change." : proposal(request, files, random);
    if (pad_bytes == 0) return text;
    const std::string around = prose(pad_bytes);
    return around.substr(0, pad_bytes / 2) + "\n\n" + text + "\n" + around.substr(pad_bytes / 2);
}

std::uint64_t tokens_of(std::uint64_t bytes) { return std::max<std::uint64_t>(1, (bytes + 3) / 4); }

}  // namespace atl::llm::mock
